#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An export that is written but not in place yet; nothing is left of it if it never is.
///
///     let prepared = try export.prepare("scores.csv")
///     try prepared.putInPlace()       // before this there is no scores.csv, or still the old one
package final class PreparedExport: @unchecked Sendable {
  // SAFETY: used by one thread at a time: the one that writes it, then the one that puts it in place.
  package let path: String
  package internal(set) var byteCount = 0
  private(set) var descriptor: Int32
  private let partialPath: String
  private var isInPlace = false

  init(path: String) throws(ExportError) {
    self.path = path
    partialPath = path + ".partial-\(getpid())"
    descriptor = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .output(path: path, call: "open", reason: errorText()) }
  }

  deinit {
    if descriptor >= 0 { _ = closeOnce(descriptor) }
    if !isInPlace { unlink(partialPath) }
  }

  func close() throws(ExportError) {
    let status = closeOnce(descriptor)
    descriptor = -1
    guard status == 0 else { throw .output(path: path, call: "close", reason: errorText()) }
  }

  /// Renames it to its path, in place of what was there.
  package func putInPlace() throws(ExportError) {
    guard rename(partialPath, path) == 0 else {
      throw .output(path: path, call: "rename", reason: errorText())
    }
    isInPlace = true
  }
}

private func closeOnce(_ descriptor: Int32) -> Int32 { close(descriptor) }
