import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written beside its name and not in place yet; nothing is left of it if it never is.
///
///     let prepared = try export.prepare("scores.csv")
///     try prepared.putInPlace()       // before this there is no scores.csv, or still the old one
///
/// A link stays a link: what it leads to is replaced. The new file has the old one's permissions. A device, a FIFO
/// or a socket is written as it is, and is never in place before. No output stands in a store: see `StoreOutput`.
package final class OutputFile: @unchecked Sendable {
  // SAFETY: used by one thread at a time: the one that writes it, then the one that puts it in place.
  package let path: String
  package internal(set) var byteCount = 0
  package private(set) var descriptor: Int32
  private let target: Target
  /// Nil of what is no regular file.
  private let partialPath: String?
  var isStream: Bool { partialPath == nil }
  private var isInPlace = false

  /// What a path leads to.
  struct Target {
    /// Where all links end; of what is no regular file the path that was given.
    let path: String
    /// Type and permissions; nil when nothing is there.
    let mode: mode_t?

    /// Whether something is there that is no file to be replaced.
    var isStream: Bool { mode.map { $0 & S_IFMT != S_IFREG } ?? false }

    /// A directory, and a link that leads nowhere, are refused.
    init(_ path: String) throws(ExportError) {
      func failure(_ reason: String) -> ExportError {
        .output(path: path, call: "open", reason: reason)
      }
      try refuseStore(path)
      var info = stat()
      if stat(path, &info) != 0 {
        guard errno == ENOENT else { throw failure(errorText()) }
        if lstat(path, &info) == 0 { throw failure("it is a link to a file that is not there") }
        (self.path, mode) = (path, nil)
        return
      }
      if info.st_mode & S_IFMT == S_IFDIR { throw failure("it is a directory") }
      mode = info.st_mode
      if info.st_mode & S_IFMT != S_IFREG {
        // Written by the name that was given: /dev/stdout may lead to `pipe:[1234]`, which is no path.
        self.path = path
        return
      }
      guard let resolved = realpath(path, nil) else { throw failure(errorText()) }
      self.path = String(cString: resolved)
      free(resolved)
    }
  }

  package init(path: String) throws(ExportError) {
    self.path = path
    target = try Target(path)
    let partialPath = target.isStream ? nil : target.path + ".partial-\(getpid())"
    self.partialPath = partialPath
    descriptor =
      partialPath.map(openNew)
      ?? open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .output(path: path, call: "open", reason: errorText()) }
    if partialPath != nil, let mode = target.mode { fchmod(descriptor, mode & 0o777) }
  }

  deinit {
    if descriptor >= 0 { _ = closeOnce(descriptor) }
    if !isInPlace, let partialPath { unlink(partialPath) }
  }

  package func close() throws(ExportError) {
    let status = closeOnce(descriptor)
    descriptor = -1
    guard status == 0 else { throw .output(path: path, call: "close", reason: errorText()) }
  }

  /// Renames it to its path, in place of what was there.
  package func putInPlace() throws(ExportError) {
    if let partialPath, rename(partialPath, target.path) != 0 {
      throw .output(path: path, call: "rename", reason: errorText())
    }
    isInPlace = true
  }
}

/// Opens a new file for writing; what a killed process of the same id left of that name goes, and no link is followed.
private func openNew(_ path: String) -> Int32 {
  let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
  let descriptor = open(path, flags, 0o644)
  guard descriptor < 0, errno == EEXIST, unlink(path) == 0 else { return descriptor }
  return open(path, flags, 0o644)
}

/// Throws where an output at `path` would stand in a store: any, or by a hard link the one that is named.
package func refuseStore(_ path: String, store: String? = nil) throws(ExportError) {
  do throws(StorageError) {
    try StoreOutput.refuse(path, store: store)
  } catch {
    guard error.kind == .invalid else {
      throw .output(path: path, call: "open", reason: error.description)
    }
    throw .inStore(error.description)
  }
}

private func closeOnce(_ descriptor: Int32) -> Int32 { close(descriptor) }

/// Writes all of `bytes` at an offset, or where the descriptor stands, and returns their number; retries short and
/// interrupted writes.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int?, path: String
) throws(ExportError) -> Int {
  var done = 0
  while done < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
    let count: Int
    if let offset {
      count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    } else {
      count = write(descriptor, rest.baseAddress, rest.count)
    }
    if count < 0 {
      if errno == EINTR { continue }
      if errno == EPIPE && offset == nil { throw .readerGone }
      throw .output(path: path, call: "write", reason: errorText())
    }
    done += count
  }
  return done
}
