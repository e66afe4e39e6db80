import Kernels

/// Parses rows of one file into chunks: quotes, filters, the id, and the cells as text. One a task.
final class AttributeRowParser {
  private let plan: AttributePlan
  private let types: [AttributeType?]
  private let formats: CellFormats
  private let nullTexts: [[UInt8]]
  private let fieldCount: Int
  private let fields: UnsafeMutablePointer<Field>
  /// What a value without its quotes is written to.
  private var scratch: UnsafeMutablePointer<UInt8>
  private var scratchCapacity = 1_024

  /// A field that is an attribute.
  private struct Field: BitwiseCopyable {
    let field: Int
    let column: Int
    let hasType: Bool
  }

  init(plan: AttributePlan, types: [AttributeType?], options: AttributeOptions) {
    self.plan = plan
    self.types = types
    formats = CellFormats(options)
    nullTexts = options.nullTexts.map { Array($0.utf8) }
    fieldCount = plan.fields.count
    fields = .allocate(capacity: fieldCount)
    for (i, field) in plan.fields.enumerated() {
      (fields + i).initialize(
        to: Field(
          field: field.field, column: field.column, hasType: types[field.column] != nil))
    }
    scratch = .allocate(capacity: scratchCapacity + CellBuffer.slack)
  }

  deinit {
    fields.deallocate()
    scratch.deallocate()
  }

  /// Why a row is not taken.
  struct Problem {
    var field: Int?
    var column: Int?
    var reason: String
  }

  private enum Outcome {
    case taken
    case filtered
    case rejected(Problem)
  }

  /// Takes a row, or counts it as what else it is; the problem when it is a reject.
  func take(_ row: RowParser.Row, line: Int, into chunk: AttributeChunk) -> Problem? {
    if row.isBlank {
      chunk.counts.blankLines += 1
      return nil
    }
    let taken = chunk.rowCount
    switch parse(row, into: chunk) {
    case .taken: break
    case .filtered:
      chunk.counts.filtered += 1
      return nil
    case .rejected(let problem):
      chunk.ids.pointee.truncate(to: taken)
      for i in 0..<fieldCount { chunk.cells[fields[i].column].truncate(to: taken) }
      chunk.counts.rejected += 1
      if let column = problem.column { chunk.rejectCounts[column] += 1 }
      return problem
    }
    for i in 0..<fieldCount {
      let column = fields[i].column
      let cell = chunk.cells[column][taken]
      if !cell.isEmpty { chunk.kinds[column].take(cell, formats) }
    }
    chunk.lines.append(UInt32(truncatingIfNeeded: line))
    chunk.counts.accepted += 1
    return nil
  }

  private func parse(_ row: RowParser.Row, into chunk: AttributeChunk) -> Outcome {
    guard row.fieldCount == plan.header.count else {
      return .rejected(
        Problem(reason: "the row has \(row.fieldCount) fields, the header has \(plan.header.count)")
      )
    }
    for filter in plan.filters {
      guard let value = value(of: row.bytes(filter.field)) else {
        return textAfterQuote(filter.field, nil)
      }
      if !value.elementsEqual(filter.value) { return .filtered }
    }
    guard let id = value(of: row.bytes(plan.idField)) else {
      return textAfterQuote(plan.idField, nil)
    }
    if let reason = RowParser.reasonAgainst(id: id) {
      return .rejected(Problem(field: plan.idField, reason: reason))
    }
    chunk.ids.pointee.append(id)
    let isASCII = UnsafeBufferPointer(start: row.text + row.start, count: row.end - row.start)
      .areAllASCII
    let cells = chunk.cells
    for i in 0..<fieldCount {
      let field = fields[i]
      guard let value = value(of: row.bytes(field.field)) else {
        return textAfterQuote(field.field, field.column)
      }
      var cell = value.trimmed
      if !nullTexts.isEmpty, isNull(cell) { cell = UnsafeBufferPointer(start: nil, count: 0) }
      if field.hasType || !isASCII || cell.count > IngestLimits.keptValueByteCount,
        let reason = reasonAgainst(cell, isASCII, field.column)
      {
        return .rejected(Problem(field: field.field, column: field.column, reason: reason))
      }
      cells[field.column].append(cell)
    }
    return .taken
  }

  private func isNull(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    nullTexts.contains { cell.elementsEqual($0) }
  }

  @inline(never)
  private func reasonAgainst(
    _ cell: UnsafeBufferPointer<UInt8>, _ isASCII: Bool, _ column: Int
  ) -> String? {
    if cell.count > IngestLimits.keptValueByteCount {
      return "the value is longer than \(IngestLimits.keptValueByteCount) bytes"
    }
    if !isASCII && !isValidUTF8(cell) { return "not valid UTF-8" }
    guard let type = types[column], !cell.isEmpty,
      let problem = formats.problem(cell, as: type)
    else { return nil }
    return "\(problem): \(quoted(cell))"
  }

  private func textAfterQuote(_ field: Int, _ column: Int?) -> Outcome {
    .rejected(Problem(field: field, column: column, reason: "text after the closing quote"))
  }

  /// A field's value: as it stands, or without its quotes; nil when text follows the closing quote. Valid until
  /// the next call.
  @inline(__always)
  private func value(of field: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    if field.first != 0x22 { return field }
    return unquoted(field)
  }

  @inline(never)
  private func unquoted(_ field: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let last = field.count - 1
    let inner = UnsafeBufferPointer(rebasing: field[1..<max(1, last)])
    if last > 0, field[last] == 0x22, !inner.contains(0x22) { return inner }
    if field.count > scratchCapacity {
      scratch.deallocate()
      scratchCapacity = 2 * field.count
      scratch = .allocate(capacity: scratchCapacity + CellBuffer.slack)
    }
    var count = 0
    var i = 1
    while i < field.count {
      if field[i] == 0x22 {
        if i == last { return UnsafeBufferPointer(start: scratch, count: count) }
        i += 1
        if field[i] != 0x22 { return nil }
      }
      scratch[count] = field[i]
      count += 1
      i += 1
    }
    return nil
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Without blanks and tabs around.
  @inline(__always)
  fileprivate var trimmed: UnsafeBufferPointer<UInt8> {
    var first = 0
    var last = count
    while first < last, self[first] == 0x20 || self[first] == 0x09 { first &+= 1 }
    while last > first, self[last &- 1] == 0x20 || self[last &- 1] == 0x09 { last &-= 1 }
    return UnsafeBufferPointer(rebasing: self[first..<last])
  }

  /// Whether no byte has its high bit set.
  fileprivate var areAllASCII: Bool {
    guard let base = baseAddress else { return true }
    var bits: UInt64 = 0
    var i = 0
    while i &+ 8 <= count {
      bits |= UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self)
      i &+= 8
    }
    while i < count {
      bits |= UInt64(base[i])
      i &+= 1
    }
    return bits & 0x8080_8080_8080_8080 == 0
  }
}
