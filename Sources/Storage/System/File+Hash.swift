import CXXHash

extension File {
  /// XXH3-64 of all bytes, seed 0, read a megabyte at a time.
  func hash() throws(StorageError) -> UInt64 {
    guard let state = XXH3_createState() else { preconditionFailure("memory for a hash") }
    defer { XXH3_freeState(state) }
    XXH3_64bits_reset(state)
    let count = try byteCount()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var done = 0
    while done < count {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(buffer.count, count - done)])
      try read(into: part, at: done)
      XXH3_64bits_update(state, part.baseAddress, part.count)
      done += part.count
    }
    return XXH3_64bits_digest(state)
  }
}
