/// ln J with gradient and Hessian in (p, α, q, β), where J = ∫ (α + v)^(−p) (β + v)^(−q) dv from u to ∞.
///
/// Fields of the Hessian: h0 = (pp, pα, pq, pβ), h1 = (αα, αq, αβ, –), h2 = (qq, qβ, ββ, –).
package struct TailExpansion: Sendable {
  package var value = 0.0
  package var gradient = SIMD4<Double>.zero
  package var h0 = SIMD4<Double>.zero
  package var h1 = SIMD4<Double>.zero
  package var h2 = SIMD4<Double>.zero

  package init() {}
}

/// The two integrals that the Pareto/NBD likelihood is made of, for many u of one (p, q, α, β).
///
/// J is an incomplete beta function, or 2F1(1, p; p + q; z) times elementary factors. It is integrated in
/// y = ln((M + v − u) / M), M = max(α, β) + u, where the integrand is e^(−λ y) (1 + ζ (1 − e^(−y)))^(−m):
/// λ = p + q − 1, ζ = |α − β| / (min(α, β) + u) and m the exponent of the smaller base. All terms are
/// positive, so nothing cancels, and derivatives are moments of the same integrand.
package enum TailIntegral {
  package static func fill(
    _ result: UnsafeMutableBufferPointer<TailExpansion>, u: UnsafeBufferPointer<Double>,
    p: Double, alpha: Double, q: Double, beta: Double
  ) {
    precondition(result.count == u.count, "one expansion a time")
    var i = 0
    while i < u.count {
      let count = min(laneCount, u.count - i)
      var lanes = Vector(repeating: u[i])
      for j in 0..<count { lanes[j] = u[i + j] }
      let block = UnsafeMutableBufferPointer(rebasing: result[i..<i + count])
      fill(block, u: lanes, p: p, alpha: alpha, q: q, beta: beta)
      i += count
    }
  }

  /// Moments of the integrand; l, m: logarithms and A, B: reciprocals of the larger and the smaller base,
  /// both relative to v = u.
  private struct Moments {
    var one = Vector.zero
    var l = Vector.zero
    var m = Vector.zero
    var A = Vector.zero
    var B = Vector.zero
    var ll = Vector.zero
    var lm = Vector.zero
    var mm = Vector.zero
    var lA = Vector.zero
    var mA = Vector.zero
    var lB = Vector.zero
    var mB = Vector.zero
    var AA = Vector.zero
    var AB = Vector.zero
    var BB = Vector.zero
  }

  private static func fill(
    _ result: UnsafeMutableBufferPointer<TailExpansion>, u: Vector,
    p: Double, alpha: Double, q: Double, beta: Double
  ) {
    let isAlphaLarger = alpha >= beta
    let large = u + max(alpha, beta)
    let small = u + min(alpha, beta)
    let decay = p + q - 1
    let smallExponent = isAlphaLarger ? q : p
    let zeta = abs(alpha - beta) / small
    let slope = smallExponent * zeta + decay
    let moments = moments(
      decay: decay, smallExponent: smallExponent, zeta: zeta, slope: slope)
    let logLarge = vectorLog(large)
    let logSmall = vectorLog(small)
    let logIntegral = vectorLog(moments.one / slope)
    let largeExponent = isAlphaLarger ? p : q
    let value = logIntegral + logLarge - largeExponent * logLarge - smallExponent * logSmall
    let scale = 1 / moments.one
    for j in result.indices {
      result[j] = expansion(
        moments, lane: j, scale: scale[j], value: value[j], logLarge: logLarge[j],
        logSmall: logSmall[j], inverseLarge: 1 / large[j], inverseSmall: 1 / small[j],
        largeExponent: largeExponent, smallExponent: smallExponent, isAlphaLarger: isAlphaLarger)
    }
  }

  private static func moments(
    decay: Double, smallExponent: Double, zeta: Vector, slope: Vector
  ) -> Moments {
    // 1 − e^(−y) bends at y = 1, which is far to the left of 1 / slope where that is large.
    let rule = slope.min() < 0.5 ? DoubleExponentialRule.fine : DoubleExponentialRule.shared
    let nodeCount = rule.nodeCount(stretch: slope.max() / decay)
    let inverseSlope = 1 / slope
    // An exponent past this would show what rounding the ratio costs its logarithm.
    let isSteep = smallExponent > 1_000
    var sum = Moments()
    for node in 0..<nodeCount {
      let y = rule.positions[node] * inverseSlope
      let minus = vectorExpMinusOne(-y)
      let ratio = (1 - zeta * minus)
      let A = minus + 1
      let B = A / ratio
      let logRatio = isSteep ? vectorLogOnePlus(-zeta * minus) : vectorLog(ratio)
      let m = y + logRatio
      let w = rule.weights[node] * vectorExp(-(decay * y + smallExponent * logRatio))
      let (wl, wm, wA, wB) = (w * y, w * m, w * A, w * B)
      sum.one += w
      sum.l += wl
      sum.m += wm
      sum.A += wA
      sum.B += wB
      sum.ll = sum.ll.addingProduct(wl, y)
      sum.lm = sum.lm.addingProduct(wl, m)
      sum.mm = sum.mm.addingProduct(wm, m)
      sum.lA = sum.lA.addingProduct(wl, A)
      sum.mA = sum.mA.addingProduct(wm, A)
      sum.lB = sum.lB.addingProduct(wl, B)
      sum.mB = sum.mB.addingProduct(wm, B)
      sum.AA = sum.AA.addingProduct(wA, A)
      sum.AB = sum.AB.addingProduct(wA, B)
      sum.BB = sum.BB.addingProduct(wB, B)
    }
    return sum
  }

  /// With ⟨·⟩ the mean over the integrand: ∂p ln J = −⟨ln(α + v)⟩, ∂α ln J = −p ⟨1 / (α + v)⟩, and the second
  /// derivatives are covariances of these plus the mean of their own derivative.
  private static func expansion(
    _ sum: Moments, lane j: Int, scale: Double, value: Double, logLarge: Double, logSmall: Double,
    inverseLarge: Double, inverseSmall: Double, largeExponent: Double, smallExponent: Double,
    isAlphaLarger: Bool
  ) -> TailExpansion {
    let (l, m) = (sum.l[j] * scale, sum.m[j] * scale)
    let (A, B) = (sum.A[j] * scale, sum.B[j] * scale)
    let (e, f) = (largeExponent, smallExponent)
    let (iA, iB) = (inverseLarge, inverseSmall)
    let AA = sum.AA[j] * scale
    let BB = sum.BB[j] * scale
    // First index: the larger base's exponent and base (e, a), then the smaller's (f, b).
    let ge = -logLarge - l
    let gf = -logSmall - m
    let ga = -e * iA * A
    let gb = -f * iB * B
    let ee = sum.ll[j] * scale - l * l
    let ef = sum.lm[j] * scale - l * m
    let ff = sum.mm[j] * scale - m * m
    let ea = iA * (e * (sum.lA[j] * scale - l * A) - A)
    let fa = iA * e * (sum.mA[j] * scale - m * A)
    let eb = iB * f * (sum.lB[j] * scale - l * B)
    let fb = iB * (f * (sum.mB[j] * scale - m * B) - B)
    let aa = iA * iA * (e * e * (AA - A * A) + e * AA)
    let bb = iB * iB * (f * f * (BB - B * B) + f * BB)
    let ab = iA * iB * e * f * (sum.AB[j] * scale - A * B)
    var result = TailExpansion()
    result.value = value
    if isAlphaLarger {
      result.gradient = SIMD4(ge, ga, gf, gb)
      result.h0 = SIMD4(ee, ea, ef, eb)
      result.h1 = SIMD4(aa, fa, ab, 0)
      result.h2 = SIMD4(ff, fb, bb, 0)
    } else {
      result.gradient = SIMD4(gf, gb, ge, ga)
      result.h0 = SIMD4(ff, fb, ef, fa)
      result.h1 = SIMD4(bb, eb, ab, 0)
      result.h2 = SIMD4(ee, ea, aa, 0)
    }
    return result
  }
}

extension TailIntegral {
  /// ln J of one u.
  package static func value(
    u: Double, p: Double, alpha: Double, q: Double, beta: Double
  ) -> Double {
    withUnsafeTemporaryAllocation(of: TailExpansion.self, capacity: 1) { result in
      withUnsafePointer(to: u) { u in
        fill(
          result, u: UnsafeBufferPointer(start: u, count: 1), p: p, alpha: alpha, q: q, beta: beta)
      }
      return result[0].value
    }
  }

  /// (α + u)^p (β + u)^q J of one u: the integral of the integrand over its value at u. No large terms cancel.
  package static func scaled(
    u: Double, p: Double, alpha: Double, q: Double, beta: Double
  ) -> Double {
    let (large, small) = (u + max(alpha, beta), u + min(alpha, beta))
    let decay = p + q - 1
    let smallExponent = alpha >= beta ? q : p
    let zeta = Vector(repeating: abs(alpha - beta) / small)
    let slope = smallExponent * zeta + decay
    let moments = moments(
      decay: decay, smallExponent: smallExponent, zeta: zeta, slope: slope)
    return large * moments.one[0] / slope[0]
  }

  /// ∫ e^(−rate τ) (1 + τ / base)^(−exponent) dτ from 0 to ∞: base Ψ(1, 2 − exponent, rate × base) in terms of the
  /// confluent hypergeometric function of the second kind. Relative error below 1e-11.
  package static func discounted(exponent: Double, base: Double, rate: Double) -> Double {
    let rule = DoubleExponentialRule.shared
    let slope = rate + exponent / base
    var sum = 0.0
    for node in 0..<rule.nodeCount(stretch: slope / rate) {
      let time = rule.positions[node] / slope
      sum +=
        rule.weights[node]
        * Special.exponential(-rate * time - exponent * Special.logOnePlus(time / base))
    }
    return sum / slope
  }
}

extension TailIntegral {
  /// ln J of many u.
  package static func values(
    u: [Double], p: Double, alpha: Double, q: Double, beta: Double
  ) -> [Double] {
    let expansions = [TailExpansion](unsafeUninitializedCapacity: u.count) { buffer, count in
      u.withUnsafeBufferPointer {
        fill(
          UnsafeMutableBufferPointer(rebasing: buffer[..<u.count]), u: $0, p: p, alpha: alpha, q: q,
          beta: beta)
      }
      count = u.count
    }
    return expansions.map(\.value)
  }
}
