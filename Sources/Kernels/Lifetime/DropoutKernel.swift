/// One distinct (T, t_x) among the customers of one frequency: places in the tables, and how many have it.
///
/// The three arrays are cut into classes of equal x, each padded to a multiple of eight with weight 0.
package struct PurchaseSlots {
  package let ageIndices: UnsafeBufferPointer<UInt32>
  package let recencyIndices: UnsafeBufferPointer<UInt32>
  package let weights: UnsafeBufferPointer<Double>

  package init(
    ageIndices: UnsafeBufferPointer<UInt32>, recencyIndices: UnsafeBufferPointer<UInt32>,
    weights: UnsafeBufferPointer<Double>
  ) {
    precondition(
      ageIndices.count == weights.count && recencyIndices.count == weights.count
        && weights.count % 8 == 0, "three arrays of one length, padded to eight")
    self.ageIndices = ageIndices
    self.recencyIndices = recencyIndices
    self.weights = weights
  }
}

/// Slots of one class that one task works on, with what the class's frequency makes constant.
package struct DropoutSegment: Sendable {
  /// Multiples of eight.
  package let slots: Range<Int>
  /// r + x.
  package let exponent: Double
  /// ln a − ln(b + x − 1) for BG/NBD, ln a − ln(b + x) for MBG/NBD.
  package let logOdds: Double

  package init(slots: Range<Int>, exponent: Double, logOdds: Double) {
    self.slots = slots
    self.exponent = exponent
    self.logOdds = logOdds
  }
}

/// Sums over slots, w being the weight, d = logOdds + (r + x) D the log odds of having dropped out,
/// p = e^d / (1 + e^d), u = w p, v = w p (1 − p), D = ln(1 + T / α) − ln(1 + t_x / α),
/// E = T / (α + T) − t_x / (α + t_x), F = α T / (α + T)² − α t_x / (α + t_x)²: dD / d ln α = −E and
/// dE / d ln α = −F. In this form nothing cancels for α far above every time.
package struct DropoutSums: Sendable {
  /// Σ w ln(1 + e^d).
  package var logOnePlusOdds = 0.0
  package var u = 0.0
  package var uD = 0.0
  package var uE = 0.0
  package var uF = 0.0
  package var v = 0.0
  package var vD = 0.0
  package var vE = 0.0
  package var vDD = 0.0
  package var vDE = 0.0
  package var vEE = 0.0

  package init() {}
}

/// The part of the BG/NBD and MBG/NBD likelihoods that depends on x, t_x and T together.
package enum DropoutKernel {
  /// Slots in a task.
  package static let segmentSlotCount = 16_384

  /// For each time t, (ln(1 + t / α), t / (α + t), α t / (α + t)², 0).
  package static func fillTable(
    _ table: UnsafeMutableBufferPointer<SIMD4<Double>>, times: UnsafeBufferPointer<Double>,
    timeScale: Double, alpha: Double
  ) {
    precondition(table.count == times.count, "one entry a time")
    var i = 0
    while i < times.count {
      var time = Vector.zero
      let count = min(laneCount, times.count - i)
      for j in 0..<count { time[j] = times[i + j] * timeScale }
      let logarithm = vectorLogOnePlus(time / alpha)
      let share = time / (time + alpha)
      let slope = share * (alpha / (time + alpha))
      for j in 0..<count {
        table[i + j] = SIMD4(logarithm[j], share[j], slope[j], 0)
      }
      i += laneCount
    }
  }

  /// The sums of each segment, in their order. One task a segment.
  package static func accumulate(
    _ slots: PurchaseSlots, segments: [DropoutSegment],
    ages: UnsafeBufferPointer<SIMD4<Double>>, recencies: UnsafeBufferPointer<SIMD4<Double>>
  ) -> [DropoutSums] {
    // SAFETY: the tasks read shared memory and each writes its own element.
    nonisolated(unsafe) let slots = slots
    nonisolated(unsafe) let (ages, recencies) = (ages, recencies)
    return [DropoutSums](unsafeUninitializedCapacity: segments.count) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(segments.count) { task in
        buffer.initializeElement(
          at: task,
          to: accumulate(slots, segment: segments[task], ages: ages, recencies: recencies))
      }
      count = segments.count
    }
  }

  /// Σ w, Σ w t_x and Σ w t_x² of each class. One task a class.
  package static func recencyMoments(
    _ slots: PurchaseSlots, classStarts: [Int], recencies: [Double]
  ) -> [SIMD3<Double>] {
    let classCount = max(0, classStarts.count - 1)
    // SAFETY: the tasks read shared memory and each writes its own element.
    nonisolated(unsafe) let slots = slots
    return [SIMD3<Double>](unsafeUninitializedCapacity: classCount) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(classCount) { k in
        var sums = SIMD3<Double>.zero
        for slot in classStarts[k]..<classStarts[k + 1] {
          let weight = slots.weights[slot]
          let recency = recencies[Int(slots.recencyIndices[slot])]
          sums += SIMD3(weight, weight * recency, weight * recency * recency)
        }
        buffer.initializeElement(at: k, to: sums)
      }
      count = classCount
    }
  }

  /// One segment: two 32-byte loads a slot, then a vector of slots at a time.
  private static func accumulate(
    _ slots: PurchaseSlots, segment: DropoutSegment,
    ages: UnsafeBufferPointer<SIMD4<Double>>, recencies: UnsafeBufferPointer<SIMD4<Double>>
  ) -> DropoutSums {
    precondition(segment.slots.upperBound <= slots.weights.count, "a segment lies in the slots")
    let age = ages.baseAddress!
    let recency = recencies.baseAddress!
    let ageIndex = slots.ageIndices.baseAddress!
    let recencyIndex = slots.recencyIndices.baseAddress!
    let weight = UnsafeRawPointer(slots.weights.baseAddress!)
    let exponent = Vector(repeating: segment.exponent)
    let logOdds = Vector(repeating: segment.logOdds)
    var (log, u, uD, uE, uF) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (v, vD, vE) = (Vector.zero, Vector.zero, Vector.zero)
    var (vDD, vDE, vEE) = (Vector.zero, Vector.zero, Vector.zero)
    var i = segment.slots.lowerBound
    while i < segment.slots.upperBound {
      var (D, E, F) = (Vector.zero, Vector.zero, Vector.zero)
      for j in 0..<laneCount {
        let difference = age[Int(ageIndex[i + j])] - recency[Int(recencyIndex[i + j])]
        D[j] = difference[0]
        E[j] = difference[1]
        F[j] = difference[2]
      }
      let w = weight.loadUnaligned(fromByteOffset: i &* 8, as: Vector.self)
      let d = logOdds.addingProduct(exponent, D)
      let isPositive = d .> Vector.zero
      let small = vectorExp((-d).replacing(with: d, where: d .< Vector.zero))
      let whole = small + 1
      let inverse = 1 / whole
      let p = (small * inverse).replacing(with: inverse, where: isPositive)
      let logSmall = vectorLog(whole) + (small - (whole - 1)) * inverse
      let softplus = logSmall.replacing(with: logSmall + d, where: isPositive)
      log = log.addingProduct(w, softplus)
      let uHere = w * p
      let vHere =
        uHere
        * (small * inverse).replacing(
          with: inverse, where: d .<= Vector.zero)
      u += uHere
      uD = uD.addingProduct(uHere, D)
      uE = uE.addingProduct(uHere, E)
      uF = uF.addingProduct(uHere, F)
      v += vHere
      let vDHere = vHere * D
      let vEHere = vHere * E
      vD += vDHere
      vE += vEHere
      vDD = vDD.addingProduct(vDHere, D)
      vDE = vDE.addingProduct(vDHere, E)
      vEE = vEE.addingProduct(vEHere, E)
      i += laneCount
    }
    var sums = DropoutSums()
    sums.logOnePlusOdds = laneSum(log)
    sums.u = laneSum(u)
    sums.uD = laneSum(uD)
    sums.uE = laneSum(uE)
    sums.uF = laneSum(uF)
    sums.v = laneSum(v)
    sums.vD = laneSum(vD)
    sums.vE = laneSum(vE)
    sums.vDD = laneSum(vDD)
    sums.vDE = laneSum(vDE)
    sums.vEE = laneSum(vEE)
    return sums
  }
}
