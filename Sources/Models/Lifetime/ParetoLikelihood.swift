import Columns
import Kernels

/// Pareto/NBD (r, α, s, β).
///
/// L = Γ(r + x) / Γ(r) α^r β^s (K + G) with two integrals over the time of leaving, v > t_x:
/// G(x, t_x) = s ∫ (α + v)^−(r+x) (β + v)^−(s+1) dv from t_x and, by parts of the textbook's form,
/// K(x, T) = (r + x) ∫ (α + v)^−(r+x+1) (β + v)^−s dv from T. Both are positive: the difference of two 2F1
/// in the usual form, which loses all digits for large x, is gone.
///
/// Time is counted in the base of the larger shape: its logarithm is then 0, where α^r (α + v)^−r would be two
/// numbers of the size of r ln α that cancel. What is left of rounding is of the size of the shape, in ulps.
struct ParetoLikelihood: PurchaseLikelihood {
  let history: PurchaseHistory
  let timeScale: Double
  let pairs: PurchasePairs

  var dimension: Int { 4 }

  init(history: PurchaseHistory, timeScale: Double) {
    self.history = history
    self.timeScale = timeScale
    pairs = PurchasePairs(history)
  }

  func evaluate(_ logParameters: [Double]) -> LikelihoodExpansion {
    let (r, s) = (Special.exponential(logParameters[0]), Special.exponential(logParameters[2]))
    let logUnit = r >= s ? logParameters[1] : logParameters[3]
    let parameters = [
      r, Special.exponential(logParameters[1] - logUnit), s,
      Special.exponential(logParameters[3] - logUnit),
    ]
    let times = ParetoTimes(history, scale: timeScale * Special.exponential(-logUnit))
    var result = expansion(parameters, times)
    // A density of x times in one unit is unit^x times the one in another.
    result.value -= history.purchaseWeight * logUnit
    for i in 0..<4 {
      for j in 0..<4 { result.hessian[i * 4 + j] *= parameters[i] * parameters[j] }
      result.gradient[i] *= parameters[i]
      result.hessian[i * 4 + i] += result.gradient[i]
    }
    result.rounding = 1e-15 + 4e-16 * max(r, s)
    return result
  }

  /// Value and derivatives in the parameters, times being scaled as they are.
  private func expansion(_ parameters: [Double], _ times: ParetoTimes) -> LikelihoodExpansion {
    let (r, alpha, s, beta) = (parameters[0], parameters[1], parameters[2], parameters[3])
    var result = LikelihoodExpansion(dimension: 4)
    addCommonTerms(to: &result, r: r, alpha: alpha, s: s, beta: beta)
    let classCount = history.frequencies.count
    let sums = [MixtureSums](unsafeUninitializedCapacity: classCount) { buffer, count in
      // SAFETY: each task writes its own class's element.
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(classCount) { k in
        buffer.initializeElement(
          at: k, to: classSums(k, times, r: r, alpha: alpha, s: s, beta: beta))
      }
      count = classCount
    }
    for sum in sums {
      result.value += sum.logLikelihood
      for i in 0..<4 {
        result.gradient[i] += sum.gradient[i]
        result.addCurvature(0, i, sum.h0[i])
      }
      for i in 1..<4 { result.addCurvature(1, i, sum.h1[i - 1]) }
      for i in 2..<4 { result.addCurvature(2, i, sum.h2[i - 2]) }
      result.addCurvature(3, 3, sum.h2[2])
    }
    return result
  }

  /// ln Γ(r + x) − ln Γ(r) + r ln α + s ln β.
  private func addCommonTerms(
    to result: inout LikelihoodExpansion, r: Double, alpha: Double, s: Double, beta: Double
  ) {
    let logR = Special.naturalLog(r)
    let sums = RisingSums(z: r, counts: history.frequencies)
    for (k, weight) in history.classWeights.enumerated() {
      let x = Double(history.frequencies[k])
      result.value += weight * (x * logR + sums.values[k])
      result.gradient[0] += weight * (x - sums.shares[k]) / r
      result.addCurvature(0, 0, weight * (sums.slopes[k] + sums.shares[k] - x) / (r * r))
    }
    let total = history.customerWeight
    for (i, exponent, base) in [(0, r, alpha), (2, s, beta)] {
      let logBase = base == 1 ? 0 : Special.naturalLog(base)
      result.value += total * exponent * logBase
      result.gradient[i] += total * logBase
      result.gradient[i + 1] += total * exponent / base
      result.addCurvature(i, i + 1, total / base)
      result.addCurvature(i + 1, i + 1, -total * exponent / (base * base))
    }
  }

  private func classSums(
    _ k: Int, _ times: ParetoTimes, r: Double, alpha: Double, s: Double, beta: Double
  ) -> MixtureSums {
    let exponent = r + Double(history.frequencies[k])
    var K = expansions(
      pairs.ageIndices[pairs.ageStarts[k]..<pairs.ageStarts[k + 1]], times.ages,
      p: exponent + 1, alpha: alpha, q: s, beta: beta)
    var G = expansions(
      pairs.recencyIndices[pairs.recencyStarts[k]..<pairs.recencyStarts[k + 1]],
      times.recencies, p: exponent, alpha: alpha, q: s + 1, beta: beta)
    // The factors r + x of K and s of G.
    for i in K.indices {
      K[i].value += Special.naturalLog(exponent)
      K[i].gradient[0] += 1 / exponent
      K[i].h0[0] -= 1 / (exponent * exponent)
    }
    for i in G.indices {
      G[i].value += Special.naturalLog(s)
      G[i].gradient[2] += 1 / s
      G[i].h2[0] -= 1 / (s * s)
    }
    var weightsOfK = [Double](repeating: 0, count: K.count)
    var weightsOfG = [Double](repeating: 0, count: G.count)
    let slots = history.classStarts[k]..<history.classStarts[k + 1]
    return K.withUnsafeBufferPointer { K in
      G.withUnsafeBufferPointer { G in
        weightsOfK.withUnsafeMutableBufferPointer { weightsOfK in
          weightsOfG.withUnsafeMutableBufferPointer { weightsOfG in
            MixtureKernel.accumulate(
              agePairs: UnsafeBufferPointer(rebasing: pairs.slotAgePairs.pointer[slots]),
              recencyPairs: UnsafeBufferPointer(rebasing: pairs.slotRecencyPairs.pointer[slots]),
              weights: UnsafeBufferPointer(rebasing: history.weights.pointer[slots]),
              K: K, G: G, weightsOfK: weightsOfK, weightsOfG: weightsOfG)
          }
        }
      }
    }
  }

  private func expansions(
    _ places: ArraySlice<UInt32>, _ table: [Double], p: Double, alpha: Double, q: Double,
    beta: Double
  ) -> [TailExpansion] {
    let times = places.map { table[Int($0)] }
    return [TailExpansion](unsafeUninitializedCapacity: times.count) { buffer, count in
      times.withUnsafeBufferPointer {
        TailIntegral.fill(
          UnsafeMutableBufferPointer(rebasing: buffer[..<times.count]), u: $0, p: p, alpha: alpha,
          q: q, beta: beta)
      }
      count = times.count
    }
  }
}

/// T and t_x of a history in a unit of time.
private struct ParetoTimes: Sendable {
  let ages: [Double]
  let recencies: [Double]

  init(_ history: PurchaseHistory, scale: Double) {
    ages = history.ages.map { $0 * scale }
    recencies = history.recencies.map { $0 * scale }
  }
}
