/// Scores customers from tables: two look-ups and one exponential each.
package enum ScoreKernel {
  private static let blockCount = 256

  /// Fills the columns; a row without a purchase gets 0 in each.
  package static func score(
    _ input: ScoreInput, tables: ScoreTables, output: ScoreOutput
  ) {
    let rowCount = input.firstDays.count
    precondition(output.pAlive.count == rowCount && output.spend.count == rowCount)
    precondition(output.clv.count == rowCount)
    precondition(output.purchases.allSatisfy { $0.count == rowCount })
    precondition(output.purchases.count + 1 == tables.columnCount, "a column for each forecast")
    // SAFETY: each chunk reads shared tables and writes its own rows.
    nonisolated(unsafe) let (input, tables, output) = (input, tables, output)
    Parallel.forEachChunk(of: rowCount) { _, rows in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: blockCount) { places in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * blockCount) { scratch in
          var start = rows.lowerBound
          while start < rows.upperBound {
            let end = min(start + blockCount, rows.upperBound)
            score(start..<end, input, tables, output, places: places, scratch: scratch)
            start = end
          }
        }
      }
    }
  }

  /// One block: places and log odds first, then the odds a vector at a time, then the columns.
  @inline(__always)
  private static func score(
    _ rows: Range<Int>, _ input: ScoreInput, _ tables: ScoreTables, _ output: ScoreOutput,
    places: UnsafeMutableBufferPointer<Int>, scratch: UnsafeMutableBufferPointer<Double>
  ) {
    let start = rows.lowerBound
    let stride = tables.columnCount + 2
    let odds = scratch.baseAddress!
    let spends = odds + blockCount
    for row in rows {
      let days = min(Int(input.purchaseDays[row]), PurchaseKeys.dayLimit + 1)
      places[row - start] = -1
      odds[row - start] = 0
      spends[row - start] = 0
      guard days > 0, days <= tables.classOfFrequency.count else { continue }
      let classIndex = Int(tables.classOfFrequency[days - 1])
      guard classIndex >= 0 else { continue }
      let first = Int(input.firstDays[row])
      let age = min(max(Int(input.asOf) - first, 0), PurchaseKeys.dayLimit)
      let recency = days == 1 ? 0 : min(max(Int(input.lastDays[row]) - first, 0), age)
      let agePlace = place(of: age, classIndex, tables.ages)
      let recencyPlace = place(of: recency, classIndex, tables.recencies)
      guard agePlace >= 0, recencyPlace >= 0 else { continue }
      places[row - start] = agePlace
      odds[row - start] =
        tables.ageRows[agePlace * stride + 1] + tables.recencyLogOdds[recencyPlace]
      let group = tables.classes[classIndex]
      let total = Double(max(input.totals[row] &- input.firstDayTotals[row], 0))
      spends[row - start] =
        group.spendConstant + group.spendSlope * (days == 1 ? 0 : total / input.unitsPerOne)
    }
    // The block's scratch is whole vectors, so the last one may run past the rows.
    var i = 0
    while i < rows.count {
      let bytes = UnsafeMutableRawPointer(odds + i)
      let d = UnsafeRawPointer(bytes).loadUnaligned(as: Vector.self)
      bytes.storeBytes(of: 1 / (vectorExp(d) + 1), as: Vector.self)
      i += laneCount
    }
    let columnCount = output.purchases.count
    for row in rows {
      let place = places[row - start]
      if place < 0 {
        output.pAlive[row] = 0
        output.spend[row] = 0
        output.clv[row] = 0
        for column in 0..<columnCount { output.purchases[column][row] = 0 }
        continue
      }
      let values = tables.ageRows.baseAddress! + place * stride
      let alive = min(values[0] * odds[row - start], 1)
      output.pAlive[row] = Float(alive)
      for column in 0..<columnCount {
        output.purchases[column][row] = Float(alive * values[2 + column])
      }
      let spend = spends[row - start]
      output.spend[row] = Float(spend)
      output.clv[row] = Float(alive * values[2 + columnCount] * spend)
    }
  }

  /// The place of a value in its class, or −1.
  @inline(__always)
  private static func place(of value: Int, _ classIndex: Int, _ table: PlaceTable) -> Int {
    let index = table.indexes[classIndex]
    let offset = value - index.least
    if !index.dense.isEmpty {
      guard offset >= 0, offset < index.dense.count else { return -1 }
      return Int(table.dense[index.dense.lowerBound + offset])
    }
    var low = index.sorted.lowerBound
    var high = index.sorted.upperBound
    while low < high {
      let middle = (low + high) / 2
      if Int(table.values[middle]) < value { low = middle + 1 } else { high = middle }
    }
    return low < index.sorted.upperBound && Int(table.values[low]) == value ? low : -1
  }
}
