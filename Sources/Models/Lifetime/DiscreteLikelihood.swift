import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The BG/BB likelihood of customers with n opportunities, with gradient and Hessian in (α, β, γ, δ).
///
/// L = Σ over the opportunity of leaving of B(α + x, β + m − x) / B(α, β) × B(γ + k, δ + m) / B(γ, δ): m = n,
/// k = 0 for those still there, and m = t_x … n − 1, k = 1 for those who left after opportunity m. Every
/// ln Γ is a rising factorial of a parameter, so tables of them serve all rows and terms.
struct DiscreteLikelihood {
  private let alpha: Special.LogPochhammer
  private let beta: Special.LogPochhammer
  private let both: Special.LogPochhammer
  private let delta: Special.LogPochhammer
  private let leaving: Special.LogPochhammer
  private let gamma: Double
  private let n: Int

  init(parameters: [Double], n: Int) {
    let counts = Array(0...n + 1)
    self.n = n
    gamma = parameters[2]
    alpha = Special.LogPochhammer(z: parameters[0], counts: counts)
    beta = Special.LogPochhammer(z: parameters[1], counts: counts)
    both = Special.LogPochhammer(z: parameters[0] + parameters[1], counts: counts)
    delta = Special.LogPochhammer(z: parameters[3], counts: counts)
    leaving = Special.LogPochhammer(z: parameters[2] + parameters[3], counts: counts)
  }

  /// ln of one term of the sum.
  private func term(frequency x: Int, length m: Int, left: Bool) -> LikelihoodExpansion {
    var term = LikelihoodExpansion(dimension: 4)
    let k = left ? 1 : 0
    term.value =
      alpha.values[x] + beta.values[m - x] - both.values[m] + delta.values[m]
      - leaving.values[m + k] + (left ? log(gamma) : 0)
    let common = both.firstDerivatives[m]
    let dropout = leaving.firstDerivatives[m + k]
    term.gradient = [
      alpha.firstDerivatives[x] - common, beta.firstDerivatives[m - x] - common,
      (left ? 1 / gamma : 0) - dropout, delta.firstDerivatives[m] - dropout,
    ]
    let commonSecond = both.secondDerivatives[m]
    let dropoutSecond = leaving.secondDerivatives[m + k]
    term.addCurvature(0, 0, alpha.secondDerivatives[x] - commonSecond)
    term.addCurvature(0, 1, -commonSecond)
    term.addCurvature(1, 1, beta.secondDerivatives[m - x] - commonSecond)
    term.addCurvature(2, 2, (left ? -1 / (gamma * gamma) : 0) - dropoutSecond)
    term.addCurvature(2, 3, -dropoutSecond)
    term.addCurvature(3, 3, delta.secondDerivatives[m] - dropoutSecond)
    return term
  }

  /// ln L of one (x, t_x): the logarithm of a sum of exponentials, and with q the terms' shares, gradient
  /// Σ q g and Hessian Σ q (h + g gᵀ) − gradient gradientᵀ.
  func row(frequency x: Int, lastPurchase: Int) -> LikelihoodExpansion {
    var terms = [term(frequency: x, length: n, left: false)]
    for m in lastPurchase..<max(n, lastPurchase) {
      terms.append(term(frequency: x, length: m, left: true))
    }
    let largest = terms.map(\.value).max()!
    let total = terms.reduce(0) { $0 + exp($1.value - largest) }
    var result = LikelihoodExpansion(dimension: 4)
    result.value = largest + log(total)
    for term in terms {
      let share = exp(term.value - result.value)
      for i in 0..<4 {
        result.gradient[i] += share * term.gradient[i]
        for j in 0..<4 {
          result.hessian[i * 4 + j] +=
            share * (term.hessian[i * 4 + j] + term.gradient[i] * term.gradient[j])
        }
      }
    }
    for i in 0..<4 {
      for j in 0..<4 { result.hessian[i * 4 + j] -= result.gradient[i] * result.gradient[j] }
    }
    return result
  }

  static func evaluate(
    _ history: OpportunityHistory, _ parameters: [Double]
  ) -> LikelihoodExpansion {
    var result = LikelihoodExpansion(dimension: 4)
    var tables: DiscreteLikelihood?
    for row in history.rows {
      // Rows stand by n, so that the tables of one n are made once.
      if tables?.n != row.opportunityCount {
        tables = DiscreteLikelihood(parameters: parameters, n: row.opportunityCount)
      }
      let part = tables!.row(frequency: row.frequency, lastPurchase: row.lastPurchase)
      result.value += row.weight * part.value
      for i in 0..<4 { result.gradient[i] += row.weight * part.gradient[i] }
      for i in 0..<16 { result.hessian[i] += row.weight * part.hessian[i] }
    }
    return result
  }
}
