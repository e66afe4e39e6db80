import Columns
import Kernels

/// BG/NBD and MBG/NBD (r, α, a, b).
///
/// ln L = rate terms + ln B(a, b + k) − ln B(a, b) + ln(1 + e^d), where d = ln a − ln(b + k − 1)
/// + (r + x)(ln(α + T) − ln(α + t_x)) and k = x for BG/NBD, x + 1 for MBG/NBD. BG/NBD has no last term at
/// x = 0. Only ln(1 + e^d) depends on x, t_x and T together: the rest is summed over x and over T.
struct BetaGeometricLikelihood: PurchaseLikelihood {
  let history: PurchaseHistory
  let terms: PurchaseRateTerms
  /// 0 for BG/NBD, 1 for MBG/NBD.
  let shift: Int
  private let segments: [(classIndex: Int, slots: Range<Int>)]

  var dimension: Int { 4 }

  init(history: PurchaseHistory, timeScale: Double, isModified: Bool) {
    self.history = history
    terms = PurchaseRateTerms(history: history, timeScale: timeScale)
    shift = isModified ? 1 : 0
    var segments: [(Int, Range<Int>)] = []
    for k in history.frequencies.indices where isModified || history.frequencies[k] > 0 {
      var start = history.classStarts[k]
      let end = history.classStarts[k + 1]
      while start < end {
        let stop = min(start + DropoutKernel.segmentSlotCount, end)
        segments.append((k, start..<stop))
        start = stop
      }
    }
    self.segments = segments
  }

  func evaluate(_ parameters: [Double]) -> LikelihoodExpansion {
    let (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3])
    var result = LikelihoodExpansion(dimension: 4)
    let ages = terms.table(of: history.ages, alpha: alpha)
    let recencies = terms.table(of: history.recencies, alpha: alpha)
    terms.add(to: &result, r: r, alpha: alpha, table: ages)
    addBeta(to: &result, a: a, b: b)
    let logA = Special.naturalLog(a)
    let tasks = segments.map { segment in
      let x = history.frequencies[segment.classIndex]
      return DropoutSegment(
        slots: segment.slots, exponent: r + Double(x),
        logOdds: logA - Special.naturalLog(b + Double(x + shift - 1)))
    }
    let sums = ages.withUnsafeBufferPointer { ages in
      recencies.withUnsafeBufferPointer { recencies in
        DropoutKernel.accumulate(
          history.slots, segments: tasks, ages: ages, recencies: recencies)
      }
    }
    for (segment, sum) in zip(segments, sums) {
      let x = history.frequencies[segment.classIndex]
      BetaGeometricLikelihood.add(
        sum, to: &result, exponent: r + Double(x), a: a, divisor: b + Double(x + shift - 1))
    }
    return result
  }

  /// ln B(a, b + k) − ln B(a, b) = [ln Γ(b + k) − ln Γ(b)] − [ln Γ(a + b + k) − ln Γ(a + b)].
  private func addBeta(to result: inout LikelihoodExpansion, a: Double, b: Double) {
    let counts = history.frequencies.map { $0 + shift }
    let numerator = Special.LogPochhammer(z: b, counts: counts)
    let denominator = Special.LogPochhammer(z: a + b, counts: counts)
    for (k, weight) in history.classWeights.enumerated() {
      result.value += weight * (numerator.values[k] - denominator.values[k])
      let first = weight * denominator.firstDerivatives[k]
      let second = weight * denominator.secondDerivatives[k]
      result.gradient[2] -= first
      result.gradient[3] += weight * numerator.firstDerivatives[k] - first
      result.addCurvature(2, 2, -second)
      result.addCurvature(2, 3, -second)
      result.addCurvature(3, 3, weight * numerator.secondDerivatives[k] - second)
    }
  }

  /// Σ w ln(1 + e^d) of one segment. With q = r + x: d_r = D, d_α = q E, d_a = 1 / a, d_b = −1 / divisor;
  /// d_rα = E, d_αα = −q F, d_aa = −1 / a², d_bb = 1 / divisor².
  private static func add(
    _ sum: DropoutSums, to result: inout LikelihoodExpansion, exponent q: Double, a: Double,
    divisor: Double
  ) {
    let (da, db) = (1 / a, -1 / divisor)
    result.value += sum.logOnePlusOdds
    result.gradient[0] += sum.uD
    result.gradient[1] += q * sum.uE
    result.gradient[2] += da * sum.u
    result.gradient[3] += db * sum.u
    result.addCurvature(0, 0, sum.vDD)
    result.addCurvature(0, 1, sum.uE + q * sum.vDE)
    result.addCurvature(0, 2, da * sum.vD)
    result.addCurvature(0, 3, db * sum.vD)
    result.addCurvature(1, 1, q * q * sum.vEE - q * sum.uF)
    result.addCurvature(1, 2, q * da * sum.vE)
    result.addCurvature(1, 3, q * db * sum.vE)
    result.addCurvature(2, 2, da * da * (sum.v - sum.u))
    result.addCurvature(2, 3, da * db * sum.v)
    result.addCurvature(3, 3, db * db * (sum.v + sum.u))
  }
}
