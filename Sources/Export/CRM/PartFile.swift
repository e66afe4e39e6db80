#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files of an export in parts: written beside their names first, renamed when all are complete.
enum PartFile {
  private static func partial(_ path: String) -> String { path + ".partial-\(getpid())" }

  static func write(_ bytes: UnsafeRawBufferPointer, beside path: String) throws(ExportError) {
    func fail(_ call: String) -> ExportError {
      .output(path: path, call: call, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(partial(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw fail("open") }
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        let error = fail("write")
        close(descriptor)
        throw error
      }
      done += count
    }
    guard close(descriptor) == 0 else { throw fail("close") }
  }

  static func putInPlace(_ path: String) throws(ExportError) {
    guard rename(partial(path), path) == 0 else {
      throw .output(path: path, call: "rename", reason: String(cString: strerror(errno)))
    }
  }

  static func abandon(_ path: String) { unlink(partial(path)) }

  /// Removes files of rising numbers until one is not there.
  static func removeFrom(_ number: Int, _ path: (Int) -> String) {
    var number = number
    while unlink(path(number)) == 0 { number += 1 }
  }
}
