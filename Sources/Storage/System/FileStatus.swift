import Glibc

/// What stands at a path.
struct FileStatus: Sendable, Equatable {
  enum Kind: Sendable, Equatable { case file, directory, link, other }

  let kind: Kind
  /// Device and number within it: two names of one file have the same.
  let device: UInt64
  let number: UInt64
  /// Names that it has.
  let linkCount: Int

  func isSame(as other: FileStatus) -> Bool {
    device == other.device && number == other.number
  }
}

extension SystemCalls {
  /// What stands at a path; nil where nothing does, a link that leads nowhere included when links are followed.
  func status(
    _ path: String, followingLinks: Bool = false
  ) throws(StorageError) -> FileStatus? {
    var status = stat()
    let result = perform(.status) {
      Int(followingLinks ? stat(path, &status) : lstat(path, &status))
    }
    switch result {
    case .success: break
    case .failure(let failure) where failure.code == ENOENT || failure.code == ENOTDIR: return nil
    case .failure(let failure): throw error(.status, failure, path)
    }
    let kind: FileStatus.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      default: .other
      }
    return FileStatus(
      kind: kind, device: UInt64(truncatingIfNeeded: status.st_dev),
      number: UInt64(truncatingIfNeeded: status.st_ino), linkCount: Int(status.st_nlink))
  }

  /// The path without links and `..`; nil where nothing stands.
  func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Where a link leads; nil of what is none.
  func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { raw in
      readlink(path, raw.baseAddress!.assumingMemoryBound(to: CChar.self), raw.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
