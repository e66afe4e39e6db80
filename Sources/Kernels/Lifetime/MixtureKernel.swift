/// Sums of one class for the mixture K(x, T) + G(x, t_x) of the Pareto/NBD likelihood.
package struct MixtureSums: Sendable {
  /// Σ w ln(K + G).
  package var logLikelihood = 0.0
  package var gradient = SIMD4<Double>.zero
  /// As the fields of `TailExpansion`.
  package var h0 = SIMD4<Double>.zero
  package var h1 = SIMD4<Double>.zero
  package var h2 = SIMD4<Double>.zero

  package init() {}

  mutating func add(_ expansion: TailExpansion, weight: Double) {
    gradient.addProduct(SIMD4(repeating: weight), expansion.gradient)
    h0.addProduct(SIMD4(repeating: weight), expansion.h0)
    h1.addProduct(SIMD4(repeating: weight), expansion.h1)
    h2.addProduct(SIMD4(repeating: weight), expansion.h2)
  }
}

/// ln(K + G) over the triples of a class: K depends on (x, T) and G on (x, t_x) only.
package enum MixtureKernel {
  /// One class. `agePairs` and `recencyPairs` say for each slot where in `K` and `G` its values stand; the
  /// two weights are scratch of K's and G's counts, zeroed.
  package static func accumulate(
    agePairs: UnsafeBufferPointer<UInt32>, recencyPairs: UnsafeBufferPointer<UInt32>,
    weights: UnsafeBufferPointer<Double>,
    K: UnsafeBufferPointer<TailExpansion>, G: UnsafeBufferPointer<TailExpansion>,
    weightsOfK: UnsafeMutableBufferPointer<Double>, weightsOfG: UnsafeMutableBufferPointer<Double>
  ) -> MixtureSums {
    precondition(weights.count % 8 == 0, "slots are padded to eight")
    var sums = MixtureSums()
    var log = Vector.zero
    var (c0, c1) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    var (c2, c3) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    let weightPointer = UnsafeRawPointer(weights.baseAddress)
    var i = 0
    while i < weights.count {
      var (logK, logG) = (Vector.zero, Vector.zero)
      for j in 0..<laneCount {
        logK[j] = K[Int(agePairs[i + j])].value
        logG[j] = G[Int(recencyPairs[i + j])].value
      }
      let w = weightPointer!.loadUnaligned(fromByteOffset: i &* 8, as: Vector.self)
      let d = logG - logK
      let small = vectorExp((-d).replacing(with: d, where: d .< Vector.zero))
      let inverse = 1 / (small + 1)
      let isPositive = d .> Vector.zero
      let p = (small * inverse).replacing(with: inverse, where: isPositive)
      let larger = logK.replacing(with: logG, where: isPositive)
      log = log.addingProduct(w, larger + vectorLogOnePlus(small))
      let u = w * p
      let v = u * (small * inverse).replacing(with: inverse, where: d .<= Vector.zero)
      for j in 0..<laneCount {
        let (k, g) = (Int(agePairs[i + j]), Int(recencyPairs[i + j]))
        weightsOfK[k] += w[j] - u[j]
        weightsOfG[g] += u[j]
        let difference = G[g].gradient - K[k].gradient
        let scaled = difference * v[j]
        c0.addProduct(difference, SIMD4(repeating: scaled[0]))
        c1.addProduct(difference, SIMD4(repeating: scaled[1]))
        c2.addProduct(difference, SIMD4(repeating: scaled[2]))
        c3.addProduct(difference, SIMD4(repeating: scaled[3]))
      }
      i += laneCount
    }
    sums.logLikelihood = laneSum(log)
    for k in K.indices { sums.add(K[k], weight: weightsOfK[k]) }
    for g in G.indices { sums.add(G[g], weight: weightsOfG[g]) }
    sums.h0 += c0
    sums.h1 += SIMD4(c1[1], c1[2], c1[3], 0)
    sums.h2 += SIMD4(c2[2], c2[3], c3[3], 0)
    return sums
  }
}
