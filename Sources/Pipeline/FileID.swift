#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file, whatever it is called: two names may lead to one.
package struct FileID: Equatable {
  private let device: UInt64
  private let number: UInt64

  /// Nil where no regular file is.
  package init?(_ path: String) {
    var info = stat()
    guard path != "-", stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(truncatingIfNeeded: info.st_dev)
    number = UInt64(truncatingIfNeeded: info.st_ino)
  }

  /// The first of some inputs that is the file at `path`, which must not be written over before it is read, nor
  /// after.
  package static func input(_ inputs: [String], at path: String) -> String? {
    FileID(path).flatMap { own in inputs.first { FileID($0) == own } }
  }
}
