import CLZ4

/// Decodes a stream of LZ4 frames, one after the other.
final class LZ4FrameDecoder {
  private var context: OpaquePointer?
  /// Whether the bytes so far end with a frame.
  private(set) var isBetweenFrames = true

  /// nil when there is no memory for it.
  init?() {
    if LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) != 0 {
      return nil
    }
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  /// Decodes as much of `source` as fits `destination`: bytes taken and bytes made, or what is wrong.
  func decode(
    _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer
  ) -> Result<(taken: Int, made: Int), LZ4Damage> {
    var taken = source.count
    var made = destination.count
    let status = LZ4F_decompress(
      context, destination.baseAddress, &made, source.baseAddress, &taken, nil)
    if LZ4F_isError(status) != 0 {
      return .failure(LZ4Damage(reason: String(cString: LZ4F_getErrorName(status))))
    }
    if taken > 0 || made > 0 { isBetweenFrames = status == 0 }
    return .success((taken, made))
  }
}

/// What is wrong with a compressed file, in liblz4's words.
struct LZ4Damage: Error {
  let reason: String
}
