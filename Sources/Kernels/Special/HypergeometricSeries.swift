/// The power series Σ w_n z^n, n ≥ 1, with w_1 given and w_{n+1} = w_n (a + n − 1)(e + n) / ((c + n − 1)(n + 1)):
/// 2F1 of one (a, b, c) for many z.
///
/// With w_1 = (a − 1) e / (c − 1) and so on this is 2F1(a − 1, e; c − 1; z) − 1. A class of customers has
/// one such series for every T and horizon, so its coefficients are made once and each value costs a
/// multiplication and an addition a term, a vector of values at a time.
package struct HypergeometricSeries: Sendable {
  /// w_1, w_2 …; the count is a multiple of eight.
  private let coefficients: [Double]
  /// ln |w_n| of n = 8, 16, …, by which `termCount` decides where to stop.
  private let logMagnitudes: [Double]

  /// Terms of a series, at most.
  package static let termLimit = 4_096

  /// What is left out is below e^this.
  private let logTolerance: Double

  /// The series that is enough for 0 ≤ z ≤ `zMax` < 1; nil when that takes more than `termLimit` terms.
  ///
  /// What is left out is below e^−41 = 1.6e-18 times e^`logScale`, of what the sum is to be added to.
  package init?(
    first: Double, a: Double, e: Double, c: Double, zMax: Double, logScale: Double
  ) {
    guard zMax >= 0, zMax < 0.9999 else { return nil }
    let logTolerance = -41 + logScale
    var coefficients: [Double] = []
    var logMagnitudes: [Double] = []
    var w = first
    var n = 1.0
    let logZ = zMax > 0 ? Special.naturalLog(zMax) : -1e4
    while true {
      for _ in 0..<8 {
        coefficients.append(w)
        w *= (a + (n - 1)) * (e + n) / ((c + (n - 1)) * (n + 1))
        n += 1
      }
      guard w.isFinite else { return nil }
      let logMagnitude = w == 0 ? -1e6 : Special.naturalLog(abs(w))
      logMagnitudes.append(logMagnitude)
      // From here on terms must shrink: past n = |e|, a and c the ratio only falls towards z.
      let ratio = abs((a + (n - 1)) * (e + n) / ((c + (n - 1)) * (n + 1))) * zMax
      if ratio < 1,
        logMagnitude + (n - 1) * logZ - Special.naturalLog(1 - ratio) < logTolerance
      {
        break
      }
      if coefficients.count >= Self.termLimit { return nil }
    }
    self.coefficients = coefficients
    self.logMagnitudes = logMagnitudes
    self.logTolerance = logTolerance
  }

  /// Terms, a multiple of eight, that are enough for z, at most `limit`.
  private func termCount(logZ: Double, limit: Int) -> Int {
    var count = limit
    while count > 8, logMagnitudes[count / 8 - 2] + Double(count - 8) * logZ < logTolerance - 3 {
      count -= 8
    }
    return count
  }

  /// The series at each z within 0…`zMax`.
  package func evaluate(
    _ z: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(z.count == result.count, "as many results as arguments")
    var i = 0
    coefficients.withUnsafeBufferPointer { coefficients in
      while i < z.count {
        let count = min(laneCount, z.count - i)
        var lanes = Vector(repeating: z[i])
        for j in 0..<count { lanes[j] = z[i + j] }
        let sum = evaluate(lanes, coefficients)
        for j in 0..<count { result[i + j] = sum[j] }
        i += count
      }
    }
  }

  /// The series at a vector of z.
  @inline(__always)
  func evaluate(_ z: Vector, _ coefficients: UnsafeBufferPointer<Double>) -> Vector {
    let largest = z.max()
    let count = termCount(
      logZ: largest > 0 ? Special.naturalLog(largest) : -1e4, limit: coefficients.count)
    var sum = Vector(repeating: coefficients[count - 1])
    var n = count - 2
    while n >= 0 {
      sum = Vector(repeating: coefficients[n]).addingProduct(sum, z)
      n -= 1
    }
    return sum * z
  }

  /// Calls `body` with the coefficients, for kernels that evaluate inside a loop of theirs.
  func withCoefficients<Result>(_ body: (UnsafeBufferPointer<Double>) -> Result) -> Result {
    coefficients.withUnsafeBufferPointer(body)
  }

  /// The series at one z.
  package func callAsFunction(_ z: Double) -> Double {
    var sum = 0.0
    for w in coefficients.reversed() { sum = (sum * z) + w }
    return sum * z
  }

  /// Σ |w_n| z^n, which over the sum itself is what rounding is multiplied by.
  func sumOfMagnitudes(_ z: Double) -> Double {
    var sum = 0.0
    for w in coefficients.reversed() { sum = (sum * z) + abs(w) }
    return sum * z
  }
}
