import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

func naturalLog(_ x: Double) -> Double { log(x) }

extension FitReport {
  /// Parameters with standard errors from the inverse Hessian at the end of a search.
  ///
  /// The Hessian is of the mean objective in log-parameters, so that its inverse over the weight is the
  /// covariance of the log-parameters; by the delta method the standard error of θ is θ times that of ln θ,
  /// which at the maximum equals the one from the information in θ itself.
  static func parameters(
    names: [String], scales: [Double], result: NewtonMinimizer.Result, weight: Double
  ) -> [Parameter] {
    let n = names.count
    let free = names.indices.filter { !result.atBound[$0] }
    let inverse = EigenDecomposition(
      free.flatMap { i in free.map { result.expansion.hessian[i * n + $0] } },
      count: free.count
    ).inverse
    return names.indices.map { i in
      let value = exp(result.logParameters[i]) * scales[i]
      var logError: Double?
      if let inverse, let place = free.firstIndex(of: i), weight > 0 {
        let variance = inverse[place * free.count + place] / weight
        if variance > 0, variance.isFinite { logError = variance.squareRoot() }
      }
      // Beyond e^±300 an interval says no more than that nothing is known.
      let isKnown = (logError ?? .infinity) < 150
      return Parameter(
        name: names[i], value: value, standardError: isKnown ? logError.map { value * $0 } : nil,
        interval: isKnown
          ? logError.map {
            value * exp(-1.959963984540054 * $0)...value * exp(1.959963984540054 * $0)
          }
          : nil,
        isAtBound: result.atBound[i])
    }
  }
}

/// Weighted sums for a correlation of two measures.
struct CorrelationSums: Sendable {
  var weight = 0.0
  var x = 0.0
  var y = 0.0
  var xx = 0.0
  var xy = 0.0
  var yy = 0.0

  mutating func add(_ valueX: Double, _ valueY: Double, weight w: Double) {
    weight += w
    x += w * valueX
    y += w * valueY
    xx += w * valueX * valueX
    xy += w * valueX * valueY
    yy += w * valueY * valueY
  }

  mutating func add(_ other: CorrelationSums) {
    weight += other.weight
    x += other.x
    y += other.y
    xx += other.xx
    xy += other.xy
    yy += other.yy
  }

  /// Pearson's correlation; nil where a measure does not vary.
  var correlation: Double? {
    guard weight > 0 else { return nil }
    let varianceX = xx - x * x / weight
    let varianceY = yy - y * y / weight
    guard varianceX > 1e-12 * xx, varianceY > 1e-12 * yy else { return nil }
    let value = (xy - x * y / weight) / (varianceX * varianceY).squareRoot()
    return value.isFinite ? min(1, max(-1, value)) : nil
  }
}
