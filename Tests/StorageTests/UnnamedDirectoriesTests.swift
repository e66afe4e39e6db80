import Columns
import Glibc
import JSONText
import Testing

@testable import Storage

@Suite("Verification sees what a writer would refuse")
struct UnnamedDirectoriesTests {
  /// What a verification and a writer say of the same store must agree.
  private func expectDamage(_ path: String, naming name: String) throws {
    let verification = try Store.verify(at: path)
    #expect(!verification.isClean)
    #expect(verification.damages.contains { $0.kind == .damaged && $0.path.hasSuffix(name) })
    let error = #expect(throws: StorageError.self) {
      _ = try Store.open(at: path).lockForWriting()
    }
    #expect(error?.exitCode == 65, "\(name)")
  }

  @Test("A numbered directory that was made by hand is damage")
  func madeByHand() throws {
    let directory = TemporaryDirectory()
    let path = try Example.store(in: directory).path
    for name in ["batches/000099", "customers/000002", "snapshots/2024-10-15.1"] {
      mkdir(path + "/" + name, 0o755)
      try expectDamage(path, naming: name)
      rmdir(path + "/" + name)
      #expect(try Store.verify(at: path).isClean)
    }
  }

  @Test("An older manifest is damage, with the journal or without")
  func olderManifest() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    let older = try bytes(of: store.path + "/manifest.json")
    var writer = try store.lockForWriting()
    try writer.commit(
      Publication(batches: [BatchDraft(Example.firstTable, sources: [], ingest: [:])]))
    try writer.close()
    #expect(try Store.verify(at: store.path).isClean)
    try overwrite(store.path + "/manifest.json", with: older)
    try expectDamage(store.path, naming: "manifest.json")
    unlink(store.path + "/journal.json")
    try expectDamage(store.path, naming: "batches/000002")
  }

  @Test("What a writer only tells is told, and is no damage; what a killed one left is neither")
  func notes() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    mkdir(store.path + "/batches/.000002.tmp", 0o755)
    try overwrite(store.path + "/batches/.000002.tmp/day.col", with: [3])
    var verification = try store.verify()
    #expect(verification.isClean && verification.notes.isEmpty)
    mkdir(store.path + "/customers/.000002.tmp", 0o755)
    try overwrite(store.path + "/customers/.000002.tmp/thesis.txt", with: [2])
    mkdir(store.path + "/snapshots/notes", 0o755)
    verification = try store.verify()
    #expect(verification.isClean && verification.notes.count == 1)
    for name in ["customers/.000002.tmp", "snapshots/notes"] {
      #expect(verification.notes.first?.contains(name) == true)
    }
    #expect(try store.lockForWriting().notes.count == 1)
  }

  @Test("A lock that cannot be locked is damage, with what to do")
  func lock() throws {
    let directory = TemporaryDirectory()
    let path = try Example.store(in: directory).path
    let makes: [(String) -> Int32] = [
      { mkdir($0, 0o755) }, { mkfifo($0, 0o600) }, { symlink("nowhere", $0) },
    ]
    for make in makes {
      remove(path + "/LOCK")
      try #require(make(path + "/LOCK") == 0)
      try expectDamage(path, naming: "LOCK")
      let advice = try #require(try Store.verify(at: path).damages.first?.advice)
      #expect(advice.contains("move it out of the store"))
    }
    remove(path + "/LOCK")
    #expect(try Store.verify(at: path).isClean)
  }

  @Test(
    "A folder that is gone is damage where the manifest names what was in it",
    arguments: Manifest.firstFolders)
  func folder(name: String) throws {
    let directory = TemporaryDirectory()
    let path = try Example.store(in: directory).path
    try #require(rename(path + "/" + name, directory("away")) == 0)
    for isFile in [false, true] {
      if isFile { try overwrite(path + "/" + name, with: [1]) }
      let error = #expect(throws: StorageError.self) { _ = try Store.open(at: path) }
      #expect(error?.exitCode == 65 && error?.path == path + "/" + name)
      #expect(try !Store.verify(at: path).isClean)
      #expect(try SystemCalls.real.status(path + "/" + name)?.kind == (isFile ? .file : nil))
    }
    unlink(path + "/" + name)
    // It may stand on another disk.
    symlink(directory("away"), path + "/" + name)
    #expect(try Store.open(at: path).verify().isClean)
    // An empty store needs none.
    let empty = try Store.create(at: directory("empty")).path
    rmdir(empty + "/" + name)
    #expect(try Store.verify(at: empty).isClean)
  }
}
