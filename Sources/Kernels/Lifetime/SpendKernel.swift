/// What the customers of one x have in common in the Gamma-Gamma likelihood: A = p x, c = A + q, and the spend
/// z that makes y = 1, which is x times the harmonic mean of the customers' means.
package struct SpendTerms: Sendable {
  package enum Form: Sendable {
    /// l = ln R.
    case plain
    /// l = ln R by way of R − 1: for A ≤ q, where A or q is large.
    case nearOne
    /// l = ln (R / y) by way of R / y − 1: for A > q, where A or q is large.
    case nearOwn
  }

  /// Past this c the logarithms' rounding, times c, would show in the likelihood.
  package static let plainMax = 64.0

  package let form: Form
  /// A / c, the weight of the own mean, and q / c, that of the others.
  package let own: Double
  package let rest: Double
  package let inverseUnit: Double

  package init(a: Double, q: Double, unit: Double) {
    let c = a + q
    form = c <= Self.plainMax ? .plain : a <= q ? .nearOne : .nearOwn
    own = a / c
    rest = q / c
    inverseUnit = 1 / unit
  }
}

/// Sums over customers of one x, w being the weight: l as its form says, u = (1 − y) / R, and u².
///
/// R = (q + A y) / c, y = z over the terms' unit.
package struct SpendSums: Sendable {
  /// ln y; 0 in the plain form, where Σ w ln z says the same closely enough.
  package var logY = 0.0
  package var l = 0.0
  package var u = 0.0
  package var uu = 0.0

  package init() {}
}

/// The part of the Gamma-Gamma likelihood that depends on x and the spend together.
package enum SpendKernel {
  /// Customers in a task.
  package static let segmentCount = 16_384

  /// The sums of each segment of customers, in their order; `weights` nil means 1 each.
  package static func accumulate(
    totals: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?,
    segments: [Range<Int>], terms: [SpendTerms]
  ) -> [SpendSums] {
    precondition(weights == nil || weights!.count == totals.count, "one weight a customer")
    precondition(terms.count == segments.count, "terms for each segment")
    // SAFETY: the tasks read shared memory and each writes its own element.
    nonisolated(unsafe) let (totals, weights) = (totals, weights)
    return [SpendSums](unsafeUninitializedCapacity: segments.count) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(segments.count) { task in
        let rows = segments[task]
        let own = UnsafeBufferPointer(rebasing: totals[rows])
        let ownWeights = weights.map { UnsafeBufferPointer(rebasing: $0[rows]) }
        buffer.initializeElement(
          at: task, to: accumulate(own, weights: ownWeights, terms: terms[task]))
      }
      count = segments.count
    }
  }

  private static func accumulate(
    _ totals: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?,
    terms: SpendTerms
  ) -> SpendSums {
    let own = Vector(repeating: terms.own)
    let rest = Vector(repeating: terms.rest)
    let inverseUnit = Vector(repeating: terms.inverseUnit)
    switch terms.form {
    case .plain:
      return sum(totals, weights) { z in
        let y = z * inverseUnit
        let R = rest.addingProduct(own, y)
        return (.zero, vectorLog(R), (1 - y) / R)
      }
    case .nearOne:
      return sum(totals, weights) { z in
        let y = z * inverseUnit
        let distance = y - 1
        let scaled = own * distance
        return (vectorLog(y), vectorLogOnePlus(scaled), -distance / (scaled + 1))
      }
    case .nearOwn:
      return sum(totals, weights) { z in
        let inverse = 1 / (z * inverseUnit)
        let distance = inverse - 1
        let scaled = rest * distance
        return (-vectorLog(inverse), vectorLogOnePlus(scaled), distance / (scaled + 1))
      }
    }
  }

  /// Weighted sums of ln y, l, u and u² over the totals, a vector at a time.
  @inline(__always)
  private static func sum(
    _ totals: UnsafeBufferPointer<Double>, _ weights: UnsafeBufferPointer<Double>?,
    _ values: (Vector) -> (logY: Vector, l: Vector, u: Vector)
  ) -> SpendSums {
    var (logY, l) = (Vector.zero, Vector.zero)
    var (u, uu) = (Vector.zero, Vector.zero)
    let whole = totals.count / laneCount * laneCount
    let totalBytes = UnsafeRawPointer(totals.baseAddress)
    let weightBytes = weights.map { UnsafeRawPointer($0.baseAddress!) }
    func add(_ z: Vector, _ w: Vector) {
      let value = values(z)
      let weighted = w * value.u
      logY = logY.addingProduct(w, value.logY)
      l = l.addingProduct(w, value.l)
      u += weighted
      uu = uu.addingProduct(weighted, value.u)
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
    sums.logY = laneSum(logY)
    sums.l = laneSum(l)
    sums.u = laneSum(u)
    sums.uu = laneSum(uu)
    return sums
  }
}
