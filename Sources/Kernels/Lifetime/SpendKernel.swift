/// Sums over customers of one x, w being the weight and z their spend: l = ln(z + v), i = 1 / (z + v).
package struct SpendSums: Sendable {
  package var l = 0.0
  package var i = 0.0
  package var ii = 0.0

  package init() {}
}

/// The part of the Gamma-Gamma likelihood that depends on x and the spend together.
package enum SpendKernel {
  /// Customers in a task.
  package static let segmentCount = 16_384

  /// The sums of each segment of customers, in their order; `weights` nil means 1 each.
  package static func accumulate(
    totals: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?,
    segments: [Range<Int>], v: Double
  ) -> [SpendSums] {
    precondition(weights == nil || weights!.count == totals.count, "one weight a customer")
    // SAFETY: the tasks read shared memory and each writes its own element.
    nonisolated(unsafe) let (totals, weights) = (totals, weights)
    return [SpendSums](unsafeUninitializedCapacity: segments.count) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(segments.count) { task in
        let rows = segments[task]
        buffer.initializeElement(
          at: task,
          to: accumulate(
            UnsafeBufferPointer(rebasing: totals[rows]),
            weights: weights.map { UnsafeBufferPointer(rebasing: $0[rows]) }, v: v))
      }
      count = segments.count
    }
  }

  private static func accumulate(
    _ totals: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?, v: Double
  ) -> SpendSums {
    var (l, i, ii) = (Vector.zero, Vector.zero, Vector.zero)
    let whole = totals.count / laneCount * laneCount
    let totalBytes = UnsafeRawPointer(totals.baseAddress)
    let weightBytes = weights.map { UnsafeRawPointer($0.baseAddress!) }
    func add(_ z: Vector, _ w: Vector) {
      let base = z + v
      let inverse = 1 / base
      let weighted = w * inverse
      l = l.addingProduct(w, vectorLog(base))
      i += weighted
      ii = ii.addingProduct(weighted, inverse)
    }
    var at = 0
    while at < whole {
      add(
        totalBytes!.loadUnaligned(fromByteOffset: at &* 8, as: Vector.self),
        weightBytes?.loadUnaligned(fromByteOffset: at &* 8, as: Vector.self)
          ?? Vector(repeating: 1))
      at += laneCount
    }
    if whole < totals.count {
      var (z, w) = (Vector(repeating: 1), Vector.zero)
      for row in whole..<totals.count {
        z[row - whole] = totals[row]
        w[row - whole] = weights?[row] ?? 1
      }
      add(z, w)
    }
    var sums = SpendSums()
    sums.l = laneSum(l)
    sums.i = laneSum(i)
    sums.ii = laneSum(ii)
    return sums
  }
}
