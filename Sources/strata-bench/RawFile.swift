import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Little-endian arrays one after the other: what NumPy's `tofile` and `fromfile` write and read.
struct RawFile: ~Copyable {
  private let path: String
  private let file: UnsafeMutablePointer<FILE>

  init(_ path: String, mode: String) throws {
    guard let file = fopen(path, mode) else {
      throw BenchmarkError(description: "cannot open \(path)")
    }
    self.path = path
    self.file = file
  }

  deinit { fclose(file) }

  func skip(byteCount: Int) { fseek(file, byteCount, SEEK_CUR) }

  func read<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) throws -> AlignedBuffer<Element> {
    try AlignedBuffer<Element>(count: count) { out in
      guard fread(out.baseAddress, MemoryLayout<Element>.stride, count, file) == count else {
        throw BenchmarkError(description: "\(path) is too short")
      }
    }
  }

  func write<Element: BitwiseCopyable>(_ values: UnsafeBufferPointer<Element>) throws {
    let count = values.count
    guard fwrite(values.baseAddress, MemoryLayout<Element>.stride, count, file) == count else {
      throw BenchmarkError(description: "cannot write \(path)")
    }
  }

  func write<Element: BitwiseCopyable>(_ values: [Element]) throws {
    try values.withUnsafeBufferPointer { try write($0) }
  }
}
