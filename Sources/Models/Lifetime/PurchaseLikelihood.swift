import Columns
import Kernels

/// The log-likelihood of a purchase model on counts, with gradient and Hessian in its log-parameters.
///
/// Times are the history's days × `timeScale`. Every model is smooth and keeps its digits where a shape grows
/// without bound and the mixture becomes one rate (or one dropout probability) for all: terms of the shape's
/// size, which would cancel there, are taken together first.
protocol PurchaseLikelihood {
  var dimension: Int { get }
  func evaluate(_ logParameters: [Double]) -> LikelihoodExpansion
}

/// ln Γ(r + x) − ln Γ(r) + r ln α − (r + x) ln(α + T), summed: what BG/NBD, MBG/NBD and NBD share.
///
/// Taken as x ln(r / α) + Σ ln(1 + i / r) − (r + x) ln(1 + T / α), i < x: for r, α → ∞ at a rate r / α = m this
/// is x ln m − m T, term by term. Each log-derivative is of the size of x or m T, whatever r.
struct PurchaseRateTerms {
  let history: PurchaseHistory
  let timeScale: Double

  /// Adds the terms in ln r (parameter 0) and ln α (parameter 1), given the table of times T for that α.
  func add(to result: inout LikelihoodExpansion, r: Double, alpha: Double, table: [SIMD4<Double>]) {
    let sums = RisingSums(z: r, counts: history.frequencies)
    let logRate = Special.naturalLog(r) - Special.naturalLog(alpha)
    for (k, weight) in history.classWeights.enumerated() {
      let x = Double(history.frequencies[k])
      result.value += weight * (x * logRate + sums.values[k])
      result.gradient[0] += weight * (x - sums.shares[k])
      result.gradient[1] -= weight * x
      result.addCurvature(0, 0, weight * sums.slopes[k])
    }
    for (i, weight) in history.ageWeights.enumerated() where weight > 0 {
      let (logarithm, share, slope) = (table[i][0], table[i][1], table[i][2])
      let shape = weight * r
      let exponent = shape + history.agePurchases[i]
      result.value -= exponent * logarithm
      result.gradient[0] -= shape * logarithm
      result.gradient[1] += exponent * share
      result.addCurvature(0, 0, -shape * logarithm)
      result.addCurvature(0, 1, shape * share)
      result.addCurvature(1, 1, -exponent * slope)
    }
  }

  /// (ln(1 + t / α), t / (α + t), α t / (α + t)², 0) for each t.
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

  func evaluate(_ logParameters: [Double]) -> LikelihoodExpansion {
    let (r, alpha) = (
      Special.exponential(logParameters[0]), Special.exponential(logParameters[1])
    )
    var result = LikelihoodExpansion(dimension: 2)
    let table = terms.table(of: terms.history.ages, alpha: alpha)
    terms.add(to: &result, r: r, alpha: alpha, table: table)
    return result
  }
}
