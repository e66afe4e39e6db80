import CPlatform

/// Which points of a block go to another cluster, one bit a point.
///
/// Bits are found 64 at a time without a branch, and then walked: at the few percent of points that change in
/// most steps, a branch a point would be mispredicted as often as it is needed.
struct BlockChanges {
  /// Clusters of the points before and now; both are read up to the next multiple of 64.
  let old: UnsafePointer<UInt16>
  let new: UnsafePointer<UInt16>
  /// Point i is bit i % 64 of word i / 64.
  let words: UnsafeMutablePointer<UInt64>
  let wordCount: Int
  /// Bits that are set.
  let count: Int

  init(
    old: UnsafePointer<UInt16>, new: UnsafePointer<UInt16>, pointCount: Int,
    words: UnsafeMutablePointer<UInt64>
  ) {
    self.old = old
    self.new = new
    self.words = words
    wordCount = (pointCount + 63) / 64
    var found = 0
    for w in 0..<wordCount {
      var word = differing32(old + w * 64, new + w * 64)
      word |= differing32(old + w * 64 + 32, new + w * 64 + 32) << 32
      if pointCount - w * 64 < 64 { word &= 1 << UInt64(pointCount - w * 64) - 1 }
      words[w] = word
      found &+= word.nonzeroBitCount
    }
    count = found
  }

  /// Calls `body` with the points that changed, rising.
  @inline(__always)
  func forEach(_ body: (Int) -> Void) { forEachBit(words, wordCount, body) }
}

/// Calls `body` with the places of the bits that are set, rising.
@inline(__always)
func forEachBit(_ words: UnsafePointer<UInt64>, _ wordCount: Int, _ body: (Int) -> Void) {
  for w in 0..<wordCount {
    var word = words[w]
    while word != 0 {
      body(w &* 64 &+ word.trailingZeroBitCount)
      word &= word &- 1
    }
  }
}

/// Bit i is a[i] ≠ b[i], for 32 labels.
@inline(__always)
private func differing32(_ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>) -> UInt64 {
  #if STRATA_X86_64_V3
    // Each label sets or clears two neighbouring bits.
    let pairs =
      UInt64(differing16(a, b)) | UInt64(differing16(a + 16, b + 16)) << 32
    return strata_extract_bits(pairs, 0x5555_5555_5555_5555)
  #else
    var bits: UInt64 = 0
    for i in 0..<32 { bits |= (a[i] == b[i] ? 0 : 1) << UInt64(i) }
    return bits
  #endif
}

#if STRATA_X86_64_V3
  @inline(__always)
  private func differing16(_ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>) -> UInt32 {
    let a = UnsafeRawPointer(a).loadUnaligned(as: SIMD16<UInt16>.self)
    let b = UnsafeRawPointer(b).loadUnaligned(as: SIMD16<UInt16>.self)
    let lanes = SIMD16<Int16>.zero.replacing(with: -1, where: a .!= b)
    return strata_sign_bits(unsafeBitCast(lanes, to: SIMD32<Int8>.self))
  }
#endif

/// Bit i is whether the drift limit of point i's centroid has reached its expiry, for 8 points.
@inline(__always)
func expired8(
  _ labels: UnsafePointer<UInt16>, _ expiries: UnsafePointer<Float>, _ limits: UnsafePointer<Float>
) -> UInt64 {
  #if STRATA_X86_64_V3
    return UInt64(strata_expired8(labels, expiries, limits))
  #else
    var bits: UInt64 = 0
    for i in 0..<8 { bits |= (limits[Int(labels[i])] < expiries[i] ? 0 : 1) << UInt64(i) }
    return bits
  #endif
}
