extension File {
  /// An array of `count` bytes filled by `fill`.
  static func bytes(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(StorageError) -> Void
  ) throws(StorageError) -> [UInt8] {
    var failure: StorageError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(StorageError) {
        try fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// All bytes of a file of at most `limit` bytes.
  static func readAll(
    _ path: String, limit: Int, system: SystemCalls
  ) throws(StorageError) -> [UInt8] {
    let file = try File(path, .read, system: system)
    let count = try file.byteCount()
    guard count <= limit else {
      throw StorageError(
        .limit, path: path, found: "\(count) bytes", expected: "at most \(limit)",
        advice: "this is not a file that this program wrote")
    }
    return try bytes(count) { buffer throws(StorageError) in try file.read(into: buffer, at: 0) }
  }

  /// Writes a new file and waits until it is on the disk.
  static func writeAll(
    _ bytes: [UInt8], to path: String, system: SystemCalls
  ) throws(StorageError) {
    let file = try File(path, .create, system: system)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }
}

extension File {
  /// Writes all of `bytes` at `offset`.
  func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
    let written = bytes.withUnsafeBytes { raw in
      do throws(StorageError) {
        try write(raw, at: offset)
        return Result<Void, StorageError>.success(())
      } catch {
        return .failure(error)
      }
    }
    try written.get()
  }
}
