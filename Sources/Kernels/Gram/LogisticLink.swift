#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// 1 / (1 + e⁻ˣ), finite for every x.
package func logistic(_ x: Double) -> Double {
  let decay = exp(-abs(x))
  return x >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
}

/// One Newton step's row work: from linear predictors η and 0/1 outcomes y, the residuals y - μ, the square
/// roots of the weights μ(1 - μ), and the log-likelihood of these rows.
package func logisticResiduals(
  predictors: UnsafeBufferPointer<Double>, outcomes: UnsafeBufferPointer<Float>,
  residuals: UnsafeMutableBufferPointer<Double>, weightRoots: UnsafeMutableBufferPointer<Float>
) -> Double {
  precondition(
    outcomes.count == predictors.count && residuals.count == predictors.count
      && weightRoots.count == predictors.count, "one value a row in each")
  var logLikelihood = 0.0
  for i in predictors.indices {
    let eta = predictors[i]
    let decay = exp(-abs(eta))
    let mean = eta >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
    let outcome = Double(outcomes[i])
    residuals[i] = outcome - mean
    weightRoots[i] = Float((mean * (1 - mean)).squareRoot())
    // log μ for y = 1, log (1 - μ) for y = 0; both are -log1p(e^-|η|), minus |η| where y is unlikely.
    let unlikely = (eta >= 0) != (outcome > 0.5)
    logLikelihood -= log1p(decay) + (unlikely ? abs(eta) : 0)
  }
  return logLikelihood
}
