import Columns
import Kernels

/// Puts vectors together to a column of a result.
enum ColumnBuilder {
  /// The expression's value for every row; batches run in parallel.
  static func column(
    _ name: String, _ bound: Bound, _ evaluator: Evaluator, rowCount: Int, _ control: QueryControl
  ) throws(QueryError) -> Column {
    column(name, bound, try sink(bound, evaluator, rowCount: rowCount, control))
  }

  /// The expression's value for every row, as the evaluator gives it.
  static func sink(
    _ bound: Bound, _ evaluator: Evaluator, rowCount: Int, _ control: QueryControl
  ) throws(QueryError) -> VectorSink {
    var sink = VectorSink(rowCount, bound.type)
    let first = FirstError()
    sink.withPointers { pointers in
      nonisolated(unsafe) let pointers = pointers
      Parallel.forEachChunk(of: rowCount) { chunk, rows in
        first.run(chunk) { () throws(QueryError) in
          var start = rows.lowerBound
          while start < rows.upperBound {
            try control.check()
            let batch = start..<min(start + QueryLimits.batchRowCount, rows.upperBound)
            let vector = try evaluator.evaluate(
              bound, batch, active: BitWords.ones(batch.count))
            pointers.put(vector, at: start)
            start = batch.upperBound
          }
        }
      }
    }
    try first.rethrow()
    return sink
  }

  /// The expression's value for some rows, in the order given.
  static func column(
    _ name: String, _ bound: Bound, _ evaluator: Evaluator, _ gathered: GatheredRows,
    _ control: QueryControl
  ) throws(QueryError) -> Column {
    let rows = gathered.rows
    if case .column(let index) = bound.node, isInResultType(bound, evaluator.columns[index]) {
      return self.gathered(name, evaluator.columns[index], rows)
    }
    var sink = VectorSink(rows.count, bound.type)
    let order = gathered.order
    let size = QueryLimits.batchRowCount
    let total = evaluator.rowCount
    var at = 0
    while at < order.count {
      try control.check()
      let start = rows[order[at]] / size * size
      let batch = start..<min(start + size, total)
      var active = BitWords.zeros(batch.count)
      var end = at
      while end < order.count, rows[order[end]] < batch.upperBound {
        let i = rows[order[end]] - start
        active[i >> 6] |= 1 << UInt64(i & 63)
        end += 1
      }
      let vector = try evaluator.evaluate(bound, batch, active: active)
      for position in order[at..<end] { sink.put(vector, rows[position] - start, at: position) }
      at = end
    }
    if case .string = bound.type, let strings = bound.strings, !strings.isDistinct {
      // Codes of a text column are its row numbers: the texts stay where they are.
      return Column(
        name, .string(narrowCodes(sink.integers, strings.table.count), strings.table),
        validity: sink.bitmapOfValid)
    }
    return column(name, bound, sink)
  }

  /// Whether the column can stand in a result as it is: decimals of up to four digits as money.
  private static func isInResultType(_ bound: Bound, _ column: Column) -> Bool {
    if case .decimal(let scale) = bound.type { column.type == .money || scale > 4 } else { true }
  }

  /// The finished column in the type that results have.
  static func column(
    _ name: String, _ bound: Bound, _ sink: VectorSink
  ) -> Column {
    let validity = sink.bitmapOfValid
    let values: ColumnValues
    switch bound.type {
    case .null, .bool:
      values = .bool(Bitmap(count: sink.count, words: AlignedBuffer(sink.bits)))
    case .integer: values = .int64(AlignedBuffer(sink.integers))
    case .float: values = .float64(AlignedBuffer(sink.floats))
    case .day: values = .day(AlignedBuffer(sink.integers.map { Int32(truncatingIfNeeded: $0) }))
    case .decimal(let scale): values = decimals(sink, scale)
    case .string: values = strings(sink, bound.strings!)
    }
    return Column(name, values, validity: validity)
  }

  /// Money where all values fit it; else whole numbers in the decimal's own unit.
  private static func decimals(_ sink: VectorSink, _ scale: Int) -> ColumnValues {
    if scale == 4 { return .money(AlignedBuffer(sink.integers)) }
    guard scale < 4 else { return .int64(AlignedBuffer(sink.integers)) }
    let factor = powerOfTen(4 - scale)
    var units = sink.integers
    for i in units.indices {
      let (value, overflow) = units[i].multipliedReportingOverflow(by: factor)
      if overflow, BitWords.bit(sink.valid, i) { return .int64(AlignedBuffer(sink.integers)) }
      units[i] = value
    }
    return .money(AlignedBuffer(units))
  }

  private static func strings(_ sink: VectorSink, _ source: StringSource) -> ColumnValues {
    let codes = sink.integers
    guard source.isDistinct else {
      return .text(gatheredTable(source.table, codes.map { Int($0) }, sink.valid))
    }
    return .string(narrowCodes(codes, source.table.count), source.table)
  }

  static func narrowCodes(_ codes: [Int64], _ count: Int) -> DictionaryCodes {
    if count <= 1 << 8 {
      return .uint8(AlignedBuffer(codes.map { UInt8(truncatingIfNeeded: $0) }))
    }
    if count <= 1 << 16 {
      return .uint16(AlignedBuffer(codes.map { UInt16(truncatingIfNeeded: $0) }))
    }
    return .uint32(AlignedBuffer(codes.map { UInt32(truncatingIfNeeded: $0) }))
  }

  /// Some strings of a table, in the order given; empty where not valid.
  private static func gatheredTable(
    _ table: StringTable, _ rows: [Int], _ valid: [UInt64]?
  ) -> StringTable {
    var offsets: [UInt32] = [0]
    var bytes: [UInt8] = []
    offsets.reserveCapacity(rows.count + 1)
    for (i, row) in rows.enumerated() {
      if valid.map({ BitWords.bit($0, i) }) ?? true {
        bytes.append(contentsOf: table.utf8(at: row))
      }
      offsets.append(UInt32(bytes.count))
    }
    return StringTable(offsets: AlignedBuffer(offsets), bytes: AlignedBuffer(bytes))
  }

  /// Some rows of a column, in its own type.
  private static func gathered(_ name: String, _ column: Column, _ rows: [Int]) -> Column {
    func take<T>(_ buffer: AlignedBuffer<T>) -> AlignedBuffer<T> {
      AlignedBuffer(count: rows.count) { out in
        for (i, row) in rows.enumerated() { out[i] = buffer[row] }
      }
    }
    let validity = column.validity.map { valid in Bitmap(count: rows.count) { valid[rows[$0]] } }
    let values: ColumnValues
    switch column.values {
    case .int8(let b): values = .int8(take(b))
    case .int16(let b): values = .int16(take(b))
    case .int32(let b): values = .int32(take(b))
    case .int64(let b): values = .int64(take(b))
    case .uint8(let b): values = .uint8(take(b))
    case .uint16(let b): values = .uint16(take(b))
    case .uint32(let b): values = .uint32(take(b))
    case .float32(let b): values = .float32(take(b))
    case .float64(let b): values = .float64(take(b))
    case .bool(let bits): values = .bool(Bitmap(count: rows.count) { bits[rows[$0]] })
    case .day(let b): values = .day(take(b))
    case .money(let b): values = .money(take(b))
    case .string(.uint8(let b), let table): values = .string(.uint8(take(b)), table)
    case .string(.uint16(let b), let table): values = .string(.uint16(take(b)), table)
    case .string(.uint32(let b), let table): values = .string(.uint32(take(b)), table)
    case .text(let table):
      // Row numbers are the codes: no text is copied, however long and often it is asked for.
      values = .string(narrowCodes(rows.map { Int64($0) }, table.count), table)
    }
    return Column(name, values, validity: validity)
  }
}

/// Rows that a result shows, in its order, and their places by rising row: found once for all columns.
struct GatheredRows {
  let rows: [Int]
  let order: [Int]

  init(_ rows: [Int], _ control: QueryControl) throws(QueryError) {
    self.rows = rows
    var order = Array(rows.indices)
    var isRising = true
    for i in rows.indices.dropFirst() where rows[i - 1] > rows[i] { isRising = false }
    if !isRising {
      try CheckedSort.sort(&order, isParallel: true, control) { rows[$0] < rows[$1] }
    }
    self.order = order
  }
}
