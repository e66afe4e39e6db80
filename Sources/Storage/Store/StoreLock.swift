/// The exclusive lock of a store's one writer: an flock on LOCK, gone with the process that holds it.
struct StoreLock: ~Copyable {
  static let fileName = "LOCK"
  private let file: File

  /// Takes the lock or throws `.locked` with the holder's process id; never waits.
  init(storePath: String, system: SystemCalls) throws(StorageError) {
    let path = storePath + "/" + StoreLock.fileName
    try StoreLock.check(storePath: storePath, system: system)
    let file = try File(path, .readWriteOrCreate, system: system)
    _ = try file.byteCount()
    guard try file.tryLock() else {
      let holder = StoreLock.holder(of: file)
      throw StorageError(
        .locked(processID: holder), path: path,
        found: holder.map { "the lock of process \($0)" } ?? "the lock of another process",
        expected: "no other writer", advice: "wait until it has ended, and run again")
    }
    try file.truncate(to: 0)
    try file.write(Array("\(currentProcessID())\n".utf8), at: 0)
    self.file = file
  }

  /// Throws `.damaged` where something stands at the lock's name that no writer can lock: a directory, a link, a
  /// device, or a file that has another name too, which may be anybody's and would be emptied and written.
  static func check(storePath: String, system: SystemCalls) throws(StorageError) {
    let path = storePath + "/" + fileName
    guard let status = try system.status(path) else { return }
    let found: String
    switch status.kind {
    case .file where status.linkCount <= 1: return
    case .file: found = "a file that has other names too"
    case .directory: found = "a directory"
    case .link: found = "a link"
    case .other: found = "something that is no file"
    }
    throw StorageError(
      .damaged, path: path, found: found, expected: "the store's own lock file, or nothing",
      advice: "move it out of the store and run again: the lock holds no data, and is made anew")
  }

  /// Gives the lock up. The file is emptied, so that a store at rest holds no byte that is not data.
  consuming func release() throws(StorageError) { try file.truncate(to: 0) }

  private static func holder(of file: borrowing File) -> Int32? {
    guard let count = try? file.byteCount(), count > 0, count <= 16,
      let bytes = try? File.bytes(
        count,
        { buffer throws(StorageError) in
          try file.read(into: buffer, at: 0)
        })
    else { return nil }
    return Int32(String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" })
  }
}
