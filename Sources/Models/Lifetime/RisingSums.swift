import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sums over i < k of a rising factorial z (z + 1) … (z + k − 1), relative to z^k, for rising whole numbers k.
///
/// All terms have one sign, and all sums stay small as z grows: nothing of the size of z is ever formed. Cost:
/// linear in the largest k.
struct RisingSums {
  /// Σ ln(1 + i / z).
  private(set) var values: [Double] = []
  /// Σ i / (z + i), which is −d(values) / d ln z.
  private(set) var shares: [Double] = []
  /// Σ i z / (z + i)², which is −d(shares) / d ln z.
  private(set) var slopes: [Double] = []

  /// `z` > 0; `counts` rise and are not negative.
  init(z: Double, counts: [Int]) {
    precondition(z > 0, "the argument of a rising factorial is positive")
    values.reserveCapacity(counts.count)
    shares.reserveCapacity(counts.count)
    slopes.reserveCapacity(counts.count)
    let inverse = 1 / z
    var (value, share, slope) = (0.0, 0.0, 0.0)
    var k = 0
    for count in counts {
      precondition(count >= k, "counts rise")
      // Eight factors at a time share one logarithm: each is below 2^20 / 1e-30.
      while k < count {
        let stop = min(count, k + 8)
        var product = 1.0
        while k < stop {
          let ratio = Double(k) * inverse
          product *= 1 + ratio
          let part = ratio / (1 + ratio)
          share += part
          slope += part / (1 + ratio)
          k += 1
        }
        value += Special.naturalLog(product)
      }
      values.append(value)
      shares.append(share)
      slopes.append(slope)
    }
  }
}

/// ln B(a, b + k) − ln B(a, b) with its derivatives in ln a and ln b, for rising whole numbers k.
///
/// It is −Σ ln(1 + a / (b + i)), i < k. With c = a + b the derivatives are −Σ a / (c + i) in ln a and
/// Σ a b / ((b + i)(c + i)) in ln b: of the size of k, whatever a and b.
struct BetaSums {
  private(set) var values: [Double] = []
  /// In ln a and ln b.
  private(set) var gradients: [SIMD2<Double>] = []
  /// In (ln a, ln a), (ln a, ln b) and (ln b, ln b).
  private(set) var curvatures: [SIMD3<Double>] = []

  /// `a`, `b` > 0; `counts` rise and are not negative.
  init(a: Double, b: Double, counts: [Int]) {
    precondition(a > 0 && b > 0, "the parameters of a beta distribution are positive")
    values.reserveCapacity(counts.count)
    gradients.reserveCapacity(counts.count)
    curvatures.reserveCapacity(counts.count)
    var value = 0.0
    var gradient = SIMD2<Double>.zero
    var curvature = SIMD3<Double>.zero
    var k = 0
    for count in counts {
      precondition(count >= k, "counts rise")
      while k < count {
        let survivors = b + Double(k)
        let all = a + survivors
        value += log1p(a / survivors)
        let (left, base) = (a / all, b / all)
        let both = left * (b / survivors)
        gradient += SIMD2(-left, both)
        curvature += SIMD3(
          -left * (survivors / all), left * base, both * (1 - b / survivors - base))
        k += 1
      }
      values.append(-value)
      gradients.append(gradient)
      curvatures.append(curvature)
    }
  }
}
