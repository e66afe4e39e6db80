/// Packs (x, T, t_x) of a customer into one key, x in the high bits, so that sorting groups by x, then T.
package struct PurchaseKeyLayout: Sendable {
  package let ageShift: UInt64
  package let frequencyShift: UInt64
  package let bitCount: Int

  /// The narrowest layout for whole numbers up to these.
  package init(frequencyMax: Int, ageMax: Int, recencyMax: Int) {
    func bits(_ value: Int) -> Int { max(1, Int.bitWidth - value.leadingZeroBitCount) }
    ageShift = UInt64(bits(recencyMax))
    frequencyShift = ageShift + UInt64(bits(ageMax))
    bitCount = Int(frequencyShift) + bits(frequencyMax)
    precondition(bitCount <= 63, "x, T and t_x fit 63 bits together")
  }

  @inline(__always)
  package func key(frequency: Int, age: Int, recency: Int) -> UInt64 {
    UInt64(frequency) << frequencyShift | UInt64(age) << ageShift | UInt64(recency)
  }

  @inline(__always) package func frequency(_ key: UInt64) -> Int { Int(key >> frequencyShift) }

  @inline(__always) package func age(_ key: UInt64) -> Int {
    Int((key >> ageShift) & ((1 << (frequencyShift - ageShift)) - 1))
  }

  @inline(__always) package func recency(_ key: UInt64) -> Int {
    Int(key & ((1 << ageShift) - 1))
  }
}

/// Purchase days to (x, t_x, T) keys.
package enum PurchaseKeys {
  /// The largest x, T and t_x in days that a key is made of; what is past it counts as the limit.
  package static let dayLimit = (1 << 20) - 1

  package struct Extent: Sendable {
    package var customerCount = 0
    package var frequencyMax = 0
    package var ageMax = 0
    package var recencyMax = 0
  }

  /// Customers with a purchase, and the largest x, T and t_x among them.
  package static func extent(
    firstDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
    purchaseDays: UnsafeBufferPointer<Int32>, asOf: Int32
  ) -> Extent {
    precondition(firstDays.count == lastDays.count && firstDays.count == purchaseDays.count)
    let chunkCount = Parallel.chunkCount(of: firstDays.count)
    let extents = UnsafeMutableBufferPointer<Extent>.allocate(capacity: chunkCount)
    defer { extents.deallocate() }
    // SAFETY: each chunk reads its own rows and writes its own extent.
    nonisolated(unsafe) let (first, last, days) = (firstDays, lastDays, purchaseDays)
    nonisolated(unsafe) let results = extents
    Parallel.forEachChunk(of: first.count) { chunk, rows in
      var count = 0
      var daysMax: Int32 = 1
      var firstMin = Int32.max
      var recencyMax = 0
      for row in rows where days[row] > 0 {
        count += 1
        daysMax = max(daysMax, days[row])
        firstMin = min(firstMin, first[row])
        recencyMax = max(recencyMax, Int(last[row]) - Int(first[row]))
      }
      results.initializeElement(
        at: chunk,
        to: Extent(
          customerCount: count, frequencyMax: Int(daysMax) - 1,
          ageMax: count == 0 ? 0 : Int(asOf) - Int(firstMin), recencyMax: recencyMax))
    }
    var total = Extent()
    for part in extents {
      total.customerCount += part.customerCount
      total.frequencyMax = max(total.frequencyMax, part.frequencyMax)
      total.ageMax = max(total.ageMax, part.ageMax)
      total.recencyMax = max(total.recencyMax, part.recencyMax)
    }
    total.frequencyMax = min(total.frequencyMax, dayLimit)
    total.ageMax = min(max(total.ageMax, 0), dayLimit)
    total.recencyMax = min(max(total.recencyMax, 0), dayLimit)
    return total
  }

  /// Writes the keys of the customers with a purchase, in their order; `keys` has their count.
  package static func fill(
    _ keys: UnsafeMutableBufferPointer<UInt64>, layout: PurchaseKeyLayout, extent: Extent,
    firstDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
    purchaseDays: UnsafeBufferPointer<Int32>, asOf: Int32
  ) {
    // SAFETY: each chunk writes from its own start, known from the counts of the chunks before it.
    nonisolated(unsafe) let (first, last, days) = (firstDays, lastDays, purchaseDays)
    nonisolated(unsafe) let keys = keys
    let chunkCount = Parallel.chunkCount(of: first.count)
    let startBuffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: chunkCount + 1)
    defer { startBuffer.deallocate() }
    nonisolated(unsafe) let starts = startBuffer
    starts.initialize(repeating: 0)
    Parallel.forEachChunk(of: first.count) { chunk, rows in
      var count = 0
      for row in rows where days[row] > 0 { count += 1 }
      starts[chunk + 1] = count
    }
    for chunk in 0..<chunkCount { starts[chunk + 1] += starts[chunk] }
    precondition(starts[chunkCount] == keys.count, "one key a customer with purchases")
    Parallel.forEachChunk(of: first.count) { chunk, rows in
      var at = starts[chunk]
      for row in rows where days[row] > 0 {
        let frequency = min(Int(days[row]) - 1, extent.frequencyMax)
        let age = min(max(Int(asOf) - Int(first[row]), 0), extent.ageMax)
        let recency = min(max(Int(last[row]) - Int(first[row]), 0), extent.recencyMax, age)
        keys[at] = layout.key(
          frequency: frequency, age: age, recency: frequency == 0 ? 0 : recency)
        at += 1
      }
    }
  }

  /// Runs of equal keys in sorted keys: each distinct key and how often it stands there.
  package static func runs(
    of sorted: UnsafeBufferPointer<UInt64>
  ) -> (keys: [UInt64], counts: [Double]) {
    let chunkCount = Parallel.chunkCount(of: sorted.count)
    nonisolated(unsafe) let sorted = sorted
    let startBuffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: chunkCount + 1)
    defer { startBuffer.deallocate() }
    // SAFETY: each chunk writes its own heads, whose start is known from the chunks before it.
    nonisolated(unsafe) let starts = startBuffer
    starts.initialize(repeating: 0)
    Parallel.forEachChunk(of: sorted.count) { chunk, rows in
      var heads = 0
      for row in rows where row == 0 || sorted[row] != sorted[row - 1] { heads += 1 }
      starts[chunk + 1] = heads
    }
    for chunk in 0..<chunkCount { starts[chunk + 1] += starts[chunk] }
    let headCount = starts[chunkCount]
    let positionBuffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: headCount + 1)
    defer { positionBuffer.deallocate() }
    nonisolated(unsafe) let positions = positionBuffer
    Parallel.forEachChunk(of: sorted.count) { chunk, rows in
      var at = starts[chunk]
      for row in rows where row == 0 || sorted[row] != sorted[row - 1] {
        positions[at] = row
        at += 1
      }
    }
    positions[headCount] = sorted.count
    let keys = [UInt64](unsafeUninitializedCapacity: headCount) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.forEachChunk(of: headCount) { _, rows in
        for head in rows { buffer[head] = sorted[positions[head]] }
      }
      count = headCount
    }
    let counts = [Double](unsafeUninitializedCapacity: headCount) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.forEachChunk(of: headCount) { _, rows in
        for head in rows { buffer[head] = Double(positions[head + 1] - positions[head]) }
      }
      count = headCount
    }
    return (keys, counts)
  }
}
