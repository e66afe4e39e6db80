import Columns
import Kernels

/// The log-likelihood of a purchase model on counts, with gradient and Hessian in its own parameters.
///
/// Times are the history's days × `timeScale`.
protocol PurchaseLikelihood {
  var dimension: Int { get }
  func evaluate(_ parameters: [Double]) -> LikelihoodExpansion
}

/// r ln α + ln Γ(r + x) − ln Γ(r) − (r + x) ln(α + T), summed: what BG/NBD, MBG/NBD and NBD share.
struct PurchaseRateTerms {
  let history: PurchaseHistory
  let timeScale: Double

  /// Adds the terms in r (parameter 0) and α (parameter 1), given the table of times T for that α.
  func add(to result: inout LikelihoodExpansion, r: Double, alpha: Double, table: [SIMD4<Double>]) {
    let pochhammer = Special.LogPochhammer(z: r, counts: history.frequencies)
    for (k, weight) in history.classWeights.enumerated() {
      result.value += weight * pochhammer.values[k]
      result.gradient[0] += weight * pochhammer.firstDerivatives[k]
      result.addCurvature(0, 0, weight * pochhammer.secondDerivatives[k])
    }
    let total = history.customerWeight
    let logAlpha = Special.naturalLog(alpha)
    result.value += total * r * logAlpha
    result.gradient[0] += total * logAlpha
    result.gradient[1] += total * r / alpha
    result.addCurvature(0, 1, total / alpha)
    result.addCurvature(1, 1, -total * r / (alpha * alpha))
    for (i, weight) in history.ageWeights.enumerated() where weight > 0 {
      let (logarithm, inverse, square) = (table[i][0], table[i][1], table[i][2])
      let exponent = weight * r + history.agePurchases[i]
      result.value -= exponent * logarithm
      result.gradient[0] -= weight * logarithm
      result.gradient[1] -= exponent * inverse
      result.addCurvature(0, 1, -weight * inverse)
      result.addCurvature(1, 1, exponent * square)
    }
  }

  /// (ln(α + t), 1 / (α + t), 1 / (α + t)², 0) for each t.
  func table(of times: [Double], alpha: Double) -> [SIMD4<Double>] {
    [SIMD4<Double>](unsafeUninitializedCapacity: times.count) { buffer, count in
      times.withUnsafeBufferPointer {
        DropoutKernel.fillTable(
          UnsafeMutableBufferPointer(rebasing: buffer[..<times.count]), times: $0,
          timeScale: timeScale, alpha: alpha)
      }
      count = times.count
    }
  }
}

/// NBD (r, α).
struct NegativeBinomialLikelihood: PurchaseLikelihood {
  let terms: PurchaseRateTerms
  var dimension: Int { 2 }

  init(history: PurchaseHistory, timeScale: Double) {
    terms = PurchaseRateTerms(history: history, timeScale: timeScale)
  }

  func evaluate(_ parameters: [Double]) -> LikelihoodExpansion {
    var result = LikelihoodExpansion(dimension: 2)
    let table = terms.table(of: terms.history.ages, alpha: parameters[1])
    terms.add(to: &result, r: parameters[0], alpha: parameters[1], table: table)
    return result
  }
}
