import Glibc
import Testing

@testable import Storage

@Suite("Outputs and stores")
struct StoreOutputTests {
  private func refuses(_ path: String, store: String? = nil, except own: String? = nil) -> Bool {
    do throws(StorageError) {
      try StoreOutput.refuse(path, store: store, except: own)
      return false
    } catch {
      return error.kind == .invalid && error.exitCode == 64
    }
  }

  @Test("A place in any store is refused, by whatever name")
  func places() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory).path
    mkdir(directory("dir"), 0o755)
    symlink(store, directory("linked"))
    symlink(store + "/manifest.json", directory("file"))
    symlink("store/new.csv", directory("dangling"))
    symlink("dangling", directory("twice"))
    for path in [
      store + "/manifest.json", store + "/new.csv", store + "/LOCK", store + "/strata.yaml",
      store + "/batches/000001/day.col", store + "/batches/x", store + "/snapshots/",
      directory("dir/../store/manifest.json"), directory("linked/manifest.json"),
      directory("linked/batches/new.csv"), directory("file"), directory("dangling"),
      directory("twice"),
    ] {
      #expect(refuses(path), "\(path)")
      #expect(refuses(path, store: directory("dir")), "\(path)")
    }
    for path in ["-", directory("x.csv"), directory("dir/x.csv"), "/dev/null", directory("no/x")] {
      #expect(!refuses(path), "\(path)")
      #expect(!refuses(path, store: store), "\(path)")
    }
    // Without a manifest it is a store still.
    unlink(store + "/manifest.json")
    #expect(refuses(store + "/manifest.json"))
    // A store that is about to be made.
    #expect(refuses(directory("dir/x.csv"), store: directory("dir")))
  }

  @Test("Another name of a file of the store is refused, and the store's own settings are not")
  func otherNames() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory).path
    let files = ["manifest.json", "LOCK", "snapshots/2024-10-14.1/segment.col"]
    for (index, name) in files.enumerated() {
      try #require(link(store + "/" + name, directory("\(index)")) == 0)
      #expect(refuses(directory("\(index)"), store: store), "\(name)")
    }
    try overwrite(directory("a"), with: [1])
    try #require(link(directory("a"), directory("b")) == 0)
    #expect(!refuses(directory("a"), store: store))
    #expect(!refuses(store + "/strata.yaml", store: store, except: "strata.yaml"))
    symlink("manifest.json", store + "/strata.yaml")
    #expect(refuses(store + "/strata.yaml", store: store, except: "strata.yaml"))
    unlink(store + "/strata.yaml")
    link(store + "/manifest.json", store + "/strata.yaml")
    #expect(refuses(store + "/strata.yaml", store: store, except: "strata.yaml"))
  }
}
