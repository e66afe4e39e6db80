#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Points to be clustered: one contiguous column of Float a feature, and an optional weight a point.
///
/// Columns stand `stride` elements apart. Each is padded with zeros to a multiple of 16 points, so that kernels
/// read whole vectors, and by one more cache line, so that the columns of a power-of-two row count do not
/// compete for the same cache sets. Immutable once made.
package final class PointMatrix: @unchecked Sendable {
  // SAFETY: written only inside init, freed in deinit, never reallocated: that makes the sharing sound.
  let base: UnsafeMutablePointer<Float>
  let weightBase: UnsafeMutablePointer<Double>?

  /// Points.
  package let rowCount: Int
  /// Features, 1…`dimensionLimit`.
  package let dimensionCount: Int
  /// Elements from one column to the next.
  let stride: Int

  /// Features that a matrix can have: for each count up to here there is a specialised distance kernel.
  package static let dimensionLimit = 16

  /// Makes the matrix, calling `fill` once for each feature with its column, to initialise every element.
  package init(
    rowCount: Int, dimensionCount: Int, isWeighted: Bool = false,
    fillWeights: (UnsafeMutableBufferPointer<Double>) -> Void = { _ in },
    fill: (_ feature: Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    precondition(rowCount >= 0, "a row count is not negative")
    precondition(
      (1...PointMatrix.dimensionLimit).contains(dimensionCount), "1…16 features are supported")
    self.rowCount = rowCount
    self.dimensionCount = dimensionCount
    stride = (rowCount + 15) / 16 * 16 + 16
    base = allocateAligned(Float.self, count: stride * dimensionCount)
    for feature in 0..<dimensionCount {
      let start = base + feature * stride
      fill(feature, UnsafeMutableBufferPointer(start: start, count: rowCount))
      (start + rowCount).initialize(repeating: 0, count: stride - rowCount)
    }
    if isWeighted {
      let weights = allocateAligned(Double.self, count: rowCount)
      fillWeights(UnsafeMutableBufferPointer(start: weights, count: rowCount))
      weightBase = weights
    } else {
      weightBase = nil
    }
  }

  deinit {
    free(base)
    free(weightBase)
  }

  /// Whether points have weights.
  package var isWeighted: Bool { weightBase != nil }

  /// A point's weight, 1 where there are none.
  package func weight(_ row: Int) -> Double {
    precondition(row >= 0 && row < rowCount, "row out of range")
    return weightBase.map { $0[row] } ?? 1
  }

  /// A point's value in one feature.
  package subscript(row: Int, feature: Int) -> Float {
    precondition(row >= 0 && row < rowCount, "row out of range")
    precondition(feature >= 0 && feature < dimensionCount, "feature out of range")
    return base[feature * stride + row]
  }

  /// A point as Doubles.
  package func point(_ row: Int) -> [Double] {
    (0..<dimensionCount).map { Double(self[row, $0]) }
  }
}

/// Memory on a 64-byte boundary, on huge pages where large, not initialised; the caller frees it.
func allocateAligned<Element: BitwiseCopyable>(
  _ type: Element.Type, count: Int
) -> UnsafeMutablePointer<Element> {
  let hugePageByteCount = 2 << 20
  let byteCount = max(64, count * MemoryLayout<Element>.stride)
  let isLarge = byteCount >= 2 * hugePageByteCount
  var raw: UnsafeMutableRawPointer?
  let status = posix_memalign(&raw, isLarge ? hugePageByteCount : 64, byteCount)
  precondition(status == 0 && raw != nil, "out of memory: \(byteCount) bytes")
  #if os(Linux)
    if isLarge { madvise(raw, byteCount, MADV_HUGEPAGE) }
  #endif
  return raw!.bindMemory(to: Element.self, capacity: max(1, count))
}

/// As `allocateAligned`, all elements 0: for small tables.
func allocateZeroed<Element: BitwiseCopyable & Numeric>(
  _ type: Element.Type, count: Int
) -> UnsafeMutablePointer<Element> {
  let memory = allocateAligned(type, count: count)
  memory.initialize(repeating: 0, count: count)
  return memory
}
