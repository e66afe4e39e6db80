#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file; the few system calls that an ingest makes go through here.
final class FileDescriptor: Sendable {
  let number: Int32
  private let closes: Bool

  init(adopting number: Int32, closes: Bool) {
    self.number = number
    self.closes = closes
  }

  deinit {
    if closes { _ = close(number) }
  }

  /// Opens a file for reading; nil with `errno` set when that fails.
  static func open(reading path: String) -> FileDescriptor? {
    while true {
      #if canImport(Glibc)
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
      #elseif canImport(Musl)
        let number = Musl.open(path, O_RDONLY | O_CLOEXEC)
      #else
        let number = Darwin.open(path, O_RDONLY | O_CLOEXEC)
      #endif
      if number >= 0 { return FileDescriptor(adopting: number, closes: true) }
      if errno != EINTR { return nil }
    }
  }

  /// A new file in `directory` that has no name: it is gone when the descriptor is.
  static func temporary(in directory: String) -> FileDescriptor? {
    var name = Array((directory + "/strata-spill.XXXXXX").utf8CString)
    let number = mkstemp(&name)
    guard number >= 0 else { return nil }
    unlink(name)
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    return FileDescriptor(adopting: number, closes: true)
  }

  /// Kind and size, where it is a regular file.
  func regularFileByteCount() -> Int? {
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  var isDirectory: Bool {
    var status = stat()
    return fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Where the next `read` of a regular file starts.
  var position: Int { Int(lseek(number, 0, SEEK_CUR)) }

  /// Bytes read, fewer than asked for at the end or when a pipe has no more yet; -1 with `errno` set.
  func read(into memory: UnsafeMutableRawPointer, byteCount: Int) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(number, memory, byteCount)
      #elseif canImport(Musl)
        let count = Musl.read(number, memory, byteCount)
      #else
        let count = Darwin.read(number, memory, byteCount)
      #endif
      if count >= 0 || errno != EINTR { return count }
    }
  }

  /// Reads `byteCount` bytes at an offset, fewer only at the end; -1 with `errno` set.
  func read(at offset: Int, into memory: UnsafeMutableRawPointer, byteCount: Int) -> Int {
    var done = 0
    while done < byteCount {
      let count = pread(number, memory + done, byteCount - done, off_t(offset + done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        return -1
      }
      done += count
    }
    return done
  }

  /// Writes all of `byteCount` bytes at an offset; false with `errno` set.
  func write(at offset: Int, from memory: UnsafeRawPointer, byteCount: Int) -> Bool {
    var done = 0
    while done < byteCount {
      let count = pwrite(number, memory + done, byteCount - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      done += count
    }
    return true
  }
}

/// The system's words for `errno`.
func systemErrorText() -> String { String(cString: strerror(errno)) }
