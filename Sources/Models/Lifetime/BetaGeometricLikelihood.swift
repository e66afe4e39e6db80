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

  func evaluate(_ logParameters: [Double]) -> LikelihoodExpansion {
    let parameters = logParameters.map(Special.exponential)
    let (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3])
    var result = LikelihoodExpansion(dimension: 4)
    let ages = terms.table(of: history.ages, alpha: alpha)
    let recencies = terms.table(of: history.recencies, alpha: alpha)
    terms.add(to: &result, r: r, alpha: alpha, table: ages)
    addBeta(to: &result, a: a, b: b)
    let tasks = segments.map { segment in
      let x = history.frequencies[segment.classIndex]
      return DropoutSegment(
        slots: segment.slots, exponent: r + Double(x),
        logOdds: logParameters[2] - Special.naturalLog(b + Double(x + shift - 1)))
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
        sum, to: &result, r: r, exponent: r + Double(x), share: b / (b + Double(x + shift - 1)))
    }
    return result
  }

  /// ln B(a, b + k) − ln B(a, b).
  private func addBeta(to result: inout LikelihoodExpansion, a: Double, b: Double) {
    let sums = BetaSums(a: a, b: b, counts: history.frequencies.map { $0 + shift })
    for (k, weight) in history.classWeights.enumerated() {
      result.value += weight * sums.values[k]
      result.gradient[2] += weight * sums.gradients[k][0]
      result.gradient[3] += weight * sums.gradients[k][1]
      result.addCurvature(2, 2, weight * sums.curvatures[k][0])
      result.addCurvature(2, 3, weight * sums.curvatures[k][1])
      result.addCurvature(3, 3, weight * sums.curvatures[k][2])
    }
  }

  /// Σ w ln(1 + e^d) of one segment. With q = r + x and β = b / (b + k − 1), derivatives of d in logarithms:
  /// d_r = d_rr = r D, d_α = −q E, d_rα = −r E, d_αα = q F, d_a = 1, d_b = −β, d_bb = −β (1 − β).
  private static func add(
    _ sum: DropoutSums, to result: inout LikelihoodExpansion, r: Double, exponent q: Double,
    share: Double
  ) {
    result.value += sum.logOnePlusOdds
    result.gradient[0] += r * sum.uD
    result.gradient[1] -= q * sum.uE
    result.gradient[2] += sum.u
    result.gradient[3] -= share * sum.u
    result.addCurvature(0, 0, r * (r * sum.vDD + sum.uD))
    result.addCurvature(0, 1, -r * (q * sum.vDE + sum.uE))
    result.addCurvature(0, 2, r * sum.vD)
    result.addCurvature(0, 3, -r * share * sum.vD)
    result.addCurvature(1, 1, q * (q * sum.vEE + sum.uF))
    result.addCurvature(1, 2, -q * sum.vE)
    result.addCurvature(1, 3, q * share * sum.vE)
    result.addCurvature(2, 2, sum.v)
    result.addCurvature(2, 3, -share * sum.v)
    result.addCurvature(3, 3, share * (share * sum.v - (1 - share) * sum.u))
  }
}
