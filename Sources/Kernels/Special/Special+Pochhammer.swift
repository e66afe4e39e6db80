extension Special {
  /// ln Γ(z + k) − ln Γ(z) and its first two derivatives in z, for rising whole numbers k.
  ///
  /// For whole k the difference is Σ ln(z + i), i < k: a sum of one sign, which loses nothing where two
  /// ln Γ of a large z would cancel. A gap of more than 256 between two k goes by ln Γ instead.
  package struct LogPochhammer: Sendable {
    package private(set) var values: [Double] = []
    package private(set) var firstDerivatives: [Double] = []
    package private(set) var secondDerivatives: [Double] = []

    /// `z` > 0; `counts` rise and are not negative.
    package init(z: Double, counts: [Int]) {
      precondition(z > 0, "the argument of a rising factorial is positive")
      values.reserveCapacity(counts.count)
      firstDerivatives.reserveCapacity(counts.count)
      secondDerivatives.reserveCapacity(counts.count)
      var value = 0.0
      var first = 0.0
      var second = 0.0
      var k = 0
      for count in counts {
        precondition(count >= k, "counts rise")
        if count - k > 256 {
          let from = Special.gammaFamily(z + Double(k))
          let to = Special.gammaFamily(z + Double(count))
          value += to.logGamma - from.logGamma
          first += to.digamma - from.digamma
          second += to.trigamma - from.trigamma
          k = count
        }
        // Eight factors at a time share one logarithm.
        while k < count {
          let stop = min(count, k + 8)
          var product = 1.0
          while k < stop {
            let factor = z + Double(k)
            product *= factor
            let inverse = 1 / factor
            first += inverse
            second -= inverse * inverse
            k += 1
          }
          value += Special.naturalLog(product)
        }
        values.append(value)
        firstDerivatives.append(first)
        secondDerivatives.append(second)
      }
    }
  }
}
