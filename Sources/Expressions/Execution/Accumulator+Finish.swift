import Columns
import Kernels

extension Accumulator {
  /// The aggregate's column over groups in the given order.
  mutating func column(
    _ aggregate: Aggregate, rowCounts: [Int64], order: [Int], _ control: QueryControl
  ) throws(QueryError) -> Column {
    var sink = VectorSink(order.count, aggregate.type)
    let scale = aggregate.argument?.type.scale ?? 0
    switch aggregate.function {
    case .countRows: for (i, g) in order.enumerated() { sink.put(integer: rowCounts[g], at: i) }
    case .count: for (i, g) in order.enumerated() { sink.put(integer: counts[g], at: i) }
    case .sum:
      for (i, g) in order.enumerated() where counts[g] > 0 {
        if case .floatSum = kind {
          sink.put(float: sums[g], at: i)
        } else {
          let value = Int64(truncatingIfNeeded: wideSums[g])
          guard Int128(value) == wideSums[g] else {
            throw QueryError(
              .overflow, "a sum does not fit 64 bits", at: aggregate.argument?.byteOffset)
          }
          sink.put(integer: value, at: i)
        }
      }
    case .average:
      let divisor = Double(powerOfTen(scale))
      for (i, g) in order.enumerated() where counts[g] > 0 {
        let isFloat = if case .floatSum = kind { true } else { false }
        let total = isFloat ? sums[g] : doubleValue(wideSums[g])
        // One division, so that the mean of exact numbers is rounded once.
        sink.put(float: total / (Double(counts[g]) * divisor), at: i)
      }
    case .standardDeviation:
      for (i, g) in order.enumerated() where counts[g] > 1 {
        sink.put(float: (squares[g] / Double(counts[g] - 1)).squareRoot(), at: i)
      }
    case .minimum, .maximum:
      for (i, g) in order.enumerated() where counts[g] > 0 { put(words[g], &sink, aggregate, i) }
    case .countDistinct, .median, .quantile:
      try finishCollected(aggregate, order, &sink, control)
    }
    return Column(
      "", Accumulator.values(aggregate.type, sink, aggregate.argument?.strings),
      validity: sink.bitmapOfValid)
  }

  /// A word back as the value it stands for.
  private func put(_ word: Int64, _ sink: inout VectorSink, _ aggregate: Aggregate, _ i: Int) {
    switch aggregate.type {
    case .float: sink.put(float: floatValue(ofKey: word), at: i)
    case .bool, .null: sink.put(bit: word != 0, at: i)
    case .integer, .decimal, .day, .string: sink.put(integer: word, at: i)
    }
  }

  private mutating func finishCollected(
    _ aggregate: Aggregate, _ order: [Int], _ sink: inout VectorSink, _ control: QueryControl
  ) throws(QueryError) {
    try control.check()
    let (words, starts) = try collected.grouped(counts, control)
    let work = CollectedGroup(
      function: aggregate.function, strings: aggregate.argument?.strings, control: control)
    var found = [(Int64, Int64)](repeating: (0, 0), count: order.count)
    // Groups that are large are worked on by all cores, one after the other; the others side by side.
    var small: [Int] = []
    for (i, g) in order.enumerated() {
      let slice = starts[g]..<starts[g + 1]
      if slice.count < Parallel.chunkRowCount {
        small.append(i)
      } else {
        found[i] = try work.finish(words.slice(slice), isLarge: true)
      }
    }
    let rest = small
    let first = FirstError()
    found.withUnsafeMutableBufferPointer { found in
      // SAFETY: every task writes the elements of its own groups.
      nonisolated(unsafe) let found = found
      let taskCount = (rest.count + 255) / 256
      Parallel.perform(taskCount) { task in
        first.run(task) { () throws(QueryError) in
          for i in rest[task * 256..<min(rest.count, task * 256 + 256)] {
            found[i] = try work.finish(
              words.slice(starts[order[i]]..<starts[order[i] + 1]), isLarge: false)
          }
        }
      }
    }
    try first.rethrow()
    for (i, g) in order.enumerated() {
      let isEmpty = starts[g] == starts[g + 1]
      switch aggregate.function {
      case .countDistinct: sink.put(integer: found[i].0, at: i)
      case .quantile: if !isEmpty { put(found[i].0, &sink, aggregate, i) }
      default: if !isEmpty { putMiddle(found[i].0, found[i].1, &sink, aggregate, i) }
      }
    }
  }

  /// The value halfway between the two in the middle: a float, or for decimals and days cut to their unit.
  private func putMiddle(
    _ low: Int64, _ high: Int64, _ sink: inout VectorSink, _ aggregate: Aggregate, _ i: Int
  ) {
    switch aggregate.argument!.type {
    case .float:
      let a = floatValue(ofKey: low)
      let b = floatValue(ofKey: high)
      sink.put(float: low == high ? a : a + (b - a) * 0.5, at: i)
    case .integer: sink.put(float: doubleValue(Int128(low) + Int128(high)) / 2, at: i)
    case .day: sink.put(integer: (low + high) >> 1, at: i)
    default: sink.put(integer: Int64((Int128(low) + Int128(high)) / 2), at: i)
    }
  }

  /// ⌈n·p⌉ − 1, at least 0: the smallest value that at least a share p of the values does not exceed.
  static func quantileIndex(_ fraction: Literal, _ count: Int) -> Int {
    let place: Int
    switch fraction {
    case .integer(let value): place = value == 0 ? 0 : count
    case .decimal(let mantissa, let scale):
      let unit = Int128(powerOfTen(scale))
      place = Int((Int128(count) * Int128(mantissa) + unit - 1) / unit)
    default: place = Int((Double(count) * (fraction.double ?? 0)).rounded(.up))
    }
    return max(0, min(place, count) - 1)
  }

  /// The column's values in the type that later stages read.
  static func values(
    _ type: ValueType, _ sink: VectorSink, _ strings: StringSource?
  ) -> ColumnValues {
    switch type {
    case .null, .bool: return .bool(Bitmap(count: sink.count, words: AlignedBuffer(sink.bits)))
    case .integer: return .int64(AlignedBuffer(sink.integers))
    case .decimal(let scale):
      let units = AlignedBuffer(sink.integers)
      return scale == 4 ? .money(units) : .int64(units)
    case .float: return .float64(AlignedBuffer(sink.floats))
    case .day: return .day(AlignedBuffer(sink.integers.map { Int32(truncatingIfNeeded: $0) }))
    case .string:
      // Text columns' codes stay row numbers: the table is not copied for a few groups.
      return .string(
        ColumnBuilder.narrowCodes(sink.integers, strings!.table.count), strings!.table)
    }
  }
}

/// The float of a key; the inverse of `floatKey`.
func floatValue(ofKey key: Int64) -> Double {
  if key == .max { return .nan }
  return Double(
    bitPattern: UInt64(bitPattern: key ^ Int64(bitPattern: UInt64(bitPattern: key >> 63) >> 1)))
}

/// The nearest float; the standard library's generic conversion takes about a microsecond.
func doubleValue(_ value: Int128) -> Double {
  let low = Int64(truncatingIfNeeded: value)
  if Int128(low) == value { return Double(low) }
  return Double(value)
}
