import Columns
import Glibc
import Testing

@testable import Storage

@Suite("Lost manifest")
struct LostManifestTests {
  @Test("A store whose manifest is lost is damaged, and is not touched")
  func lost() throws {
    let directory = TemporaryDirectory()
    let path = try Example.store(in: directory).path
    let manifest = try bytes(of: path + "/manifest.json")
    unlink(path + "/manifest.json")
    let before = try contents(of: path)
    for attempt in 0..<3 {
      let error = #expect(throws: StorageError.self) {
        switch attempt {
        case 0: _ = try Store.create(at: path)
        case 1: _ = try Store.openOrCreate(at: path)
        default: _ = try Store.open(at: path)
        }
      }
      #expect(error?.kind == .damaged && error?.exitCode == 65)
      #expect(error?.description.contains("restore manifest.json from a copy") == true)
      #expect(try contents(of: path) == before)
    }
    #expect(try !Store.verify(at: path).isClean)
    try overwrite(path + "/manifest.json", with: manifest)
    #expect(try Store.verify(at: path).isClean)
  }

  @Test(
    "Anything in a folder of a store without a manifest is damage",
    arguments: [
      "batches/000001", "customers/.000001.tmp", "snapshots/2024-10-14.1", "batches/notes",
    ])
  func content(name: String) throws {
    let directory = TemporaryDirectory()
    for folder in Manifest.folders { mkdir(directory(folder), 0o755) }
    mkdir(directory(name), 0o755)
    let error = #expect(throws: StorageError.self) { try Store.create(at: directory.path) }
    #expect(error?.kind == .damaged)
    #expect(try SystemCalls.real.exists(directory(name)))
    #expect(try !SystemCalls.real.exists(directory("manifest.json")))
  }

  @Test("What a killed creation left, and settings, are no hindrance")
  func killedCreation() throws {
    let directory = TemporaryDirectory()
    for folder in Manifest.firstFolders { mkdir(directory(folder), 0o755) }
    for name in ["LOCK", ".manifest.json.tmp", "strata.yaml"] {
      try overwrite(directory(name), with: [49, 10])
    }
    _ = try Store.create(at: directory.path)
    #expect(try Store.verify(at: directory.path).isClean)
    #expect(try bytes(of: directory("strata.yaml")) == [49, 10])
  }

  @Test("What a writer cannot show to be its own it tells and leaves alone, links above all")
  func foreign() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    mkdir(directory("outside"), 0o755)
    try overwrite(directory("outside/day.col"), with: [1])
    symlink(directory("outside"), store.path + "/batches/.000009.tmp")
    mkdir(store.path + "/customers/.000002.tmp", 0o755)
    try overwrite(store.path + "/customers/.000002.tmp/thesis.txt", with: [2])
    mkdir(store.path + "/batches/.000002.tmp", 0o755)
    try overwrite(store.path + "/batches/.000002.tmp/day.col", with: [3])
    let writer = try store.lockForWriting()
    #expect(writer.notes.count == 1)
    for name in ["batches/.000009.tmp", "customers/.000002.tmp"] {
      #expect(writer.notes.first?.contains(name) == true)
      #expect(try SystemCalls.real.exists(store.path + "/" + name))
    }
    try writer.close()
    #expect(try bytes(of: directory("outside/day.col")) == [1])
    #expect(try bytes(of: store.path + "/customers/.000002.tmp/thesis.txt") == [2])
    #expect(try !SystemCalls.real.exists(store.path + "/batches/.000002.tmp"))
  }

  @Test("A lock that is a link, or another name of a file, is neither followed nor emptied")
  func lock() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    try overwrite(directory("victim"), with: [7])
    for isSymbolic in [true, false] {
      let (victim, name) = (directory("victim"), store.path + "/LOCK")
      unlink(name)
      try #require((isSymbolic ? symlink(victim, name) : link(victim, name)) == 0)
      let error = #expect(throws: StorageError.self) { _ = try store.lockForWriting() }
      #expect(error?.exitCode == 65)
      #expect(try bytes(of: directory("victim")) == [7])
    }
  }
}
