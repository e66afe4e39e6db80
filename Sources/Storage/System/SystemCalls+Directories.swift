import Glibc

extension SystemCalls {
  func makeDirectory(_ path: String) throws(StorageError) {
    if case .failure(let failure) = perform(.makeDirectory, { Int(mkdir(path, 0o755)) }) {
      throw error(.makeDirectory, failure, path)
    }
  }

  /// Makes a directory unless it is there.
  func makeDirectoryIfMissing(_ path: String) throws(StorageError) {
    if try !exists(path) { try makeDirectory(path) }
  }

  func rename(_ old: String, to new: String) throws(StorageError) {
    if case .failure(let failure) = perform(.rename, { Int(Glibc.rename(old, new)) }) {
      throw error(.rename, failure, new)
    }
  }

  /// Gives a file a second name.
  func link(_ path: String, as second: String) throws(StorageError) {
    if case .failure(let failure) = perform(.link, { Int(Glibc.link(path, second)) }) {
      throw error(.link, failure, second)
    }
  }

  /// Whether there is something of that name.
  func exists(_ path: String) throws(StorageError) -> Bool {
    var status = stat()
    switch perform(.status, { Int(lstat(path, &status)) }) {
    case .success: return true
    case .failure(let failure) where failure.code == ENOENT: return false
    case .failure(let failure): throw error(.status, failure, path)
    }
  }

  /// Names in a directory, sorted, without `.` and `..`.
  func list(_ path: String) throws(StorageError) -> [String] {
    var names: [String] = []
    let result = perform(.list) {
      names = []
      guard let directory = opendir(path) else { return -1 }
      defer { closedir(directory) }
      while true {
        errno = 0
        guard let entry = readdir(directory) else { return errno == 0 ? 0 : -1 }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
      }
    }
    if case .failure(let failure) = result { throw error(.list, failure, path) }
    return names.sorted()
  }

  func removeFile(_ path: String) throws(StorageError) {
    if case .failure(let failure) = perform(.remove, { Int(unlink(path)) }) {
      throw error(.remove, failure, path)
    }
  }

  /// Removes a directory of files (nothing deeper is ever written in a store); fine when it is not there. A link is
  /// not followed: what it leads to is not the store's.
  func removeDirectory(_ path: String) throws(StorageError) {
    guard let status = try status(path) else { return }
    guard status.kind == .directory else {
      throw .damaged(path, found: "something that is no directory", expected: "a directory")
    }
    for name in try list(path) { try removeFile(path + "/" + name) }
    if case .failure(let failure) = perform(.remove, { Int(rmdir(path)) }) {
      throw error(.remove, failure, path)
    }
  }

  /// fsync of a directory: makes the names in it last.
  func synchronizeDirectory(_ path: String) throws(StorageError) {
    let directory = try File(path, .directory, system: self)
    try directory.synchronize()
  }

  /// Whether a test wants the next call of this kind to move one byte only; counts nothing.
  func isNextCutShort(_ call: Call) -> Bool { peek(call) == .cutShort }
}
