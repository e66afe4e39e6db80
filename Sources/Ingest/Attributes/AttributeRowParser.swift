import Kernels

/// Parses rows of one file into chunks: quotes, filters, the id, and the cells as text. One a task.
final class AttributeRowParser {
  private let plan: AttributePlan
  private let types: [AttributeType?]
  private let formats: CellFormats
  private let nullTexts: [[UInt8]]
  private var scratch: [UInt8] = []

  init(plan: AttributePlan, types: [AttributeType?], options: AttributeOptions) {
    self.plan = plan
    self.types = types
    formats = CellFormats(options)
    nullTexts = options.nullTexts.map { Array($0.utf8) }
  }

  /// Why a row is not taken.
  struct Problem {
    var field: Int?
    var column: Int?
    var reason: String
  }

  /// Takes a row, or counts it as what else it is; the problem when it is a reject.
  func take(_ row: RowParser.Row, line: Int, into chunk: AttributeChunk) -> Problem? {
    if row.isBlank {
      chunk.counts.blankLines += 1
      return nil
    }
    let taken = chunk.rowCount
    do throws(Rejection) {
      guard try parse(row, into: chunk) else {
        chunk.counts.filtered += 1
        return nil
      }
    } catch {
      chunk.ids.truncate(to: taken)
      for field in plan.fields { chunk.cells[field.column]!.truncate(to: taken) }
      chunk.counts.rejected += 1
      if let column = error.problem.column { chunk.rejectCounts[column] += 1 }
      return error.problem
    }
    for field in plan.fields {
      let cell = chunk.cells[field.column]![taken]
      if !cell.isEmpty { chunk.kinds[field.column].take(cell, formats) }
    }
    chunk.lines.append(UInt32(truncatingIfNeeded: line))
    chunk.counts.accepted += 1
    return nil
  }

  private struct Rejection: Error {
    let problem: Problem
  }

  /// False when the row is filtered out.
  private func parse(
    _ row: RowParser.Row, into chunk: AttributeChunk
  ) throws(Rejection) -> Bool {
    guard row.fieldCount == plan.header.count else {
      throw Rejection(
        problem: Problem(
          reason: "the row has \(row.fieldCount) fields, the header has \(plan.header.count)"))
    }
    for filter in plan.filters {
      let isWanted = try withValue(of: row, filter.field, nil) { $0.elementsEqual(filter.value) }
      if !isWanted { return false }
    }
    let reason = try withValue(of: row, plan.idField, nil) { id in
      let reason = RowParser.reasonAgainst(id: id)
      if reason == nil { chunk.ids.append(id) }
      return reason
    }
    if let reason { throw Rejection(problem: Problem(field: plan.idField, reason: reason)) }
    let isASCII = UnsafeBufferPointer(start: row.text + row.start, count: row.end - row.start)
      .allSatisfyASCII
    for (field, column) in plan.fields {
      let text = chunk.cells[column]!
      let reason = try withValue(of: row, field, column) { value -> String? in
        let cell = trimmed(value)
        if nullTexts.contains(where: { cell.elementsEqual($0) }) {
          text.append(UnsafeBufferPointer(start: nil, count: 0))
          return nil
        }
        if let reason = reasonAgainst(cell, isASCII, types[column]) { return reason }
        text.append(cell)
        return nil
      }
      if let reason {
        throw Rejection(problem: Problem(field: field, column: column, reason: reason))
      }
    }
    return true
  }

  private func reasonAgainst(
    _ cell: UnsafeBufferPointer<UInt8>, _ isASCII: Bool, _ type: AttributeType?
  ) -> String? {
    if cell.count > IngestLimits.keptValueByteCount {
      return "the value is longer than \(IngestLimits.keptValueByteCount) bytes"
    }
    if !isASCII && !isValidUTF8(cell) { return "not valid UTF-8" }
    guard let type, !cell.isEmpty, let problem = formats.problem(cell, as: type) else { return nil }
    return "\(problem): \(quoted(cell))"
  }

  /// Hands over a field's value: as it stands, or without its quotes.
  private func withValue<Result>(
    of row: RowParser.Row, _ field: Int, _ column: Int?,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) throws(Rejection) -> Result {
    let bytes = row.bytes(field)
    guard bytes.first == 0x22 else { return body(bytes) }
    let last = bytes.count - 1
    let inner = UnsafeBufferPointer(rebasing: bytes[1..<max(1, last)])
    if last > 0, bytes[last] == 0x22, !inner.contains(0x22) { return body(inner) }
    scratch.removeAll(keepingCapacity: true)
    var i = 1
    while i < bytes.count {
      if bytes[i] == 0x22 {
        if i == last { return scratch.withUnsafeBufferPointer(body) }
        i += 1
        if bytes[i] != 0x22 { break }
      }
      scratch.append(bytes[i])
      i += 1
    }
    throw Rejection(
      problem: Problem(field: field, column: column, reason: "text after the closing quote"))
  }

  private func trimmed(_ value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var first = 0
    var last = value.count
    while first < last, value[first] == 0x20 || value[first] == 0x09 { first += 1 }
    while last > first, value[last - 1] == 0x20 || value[last - 1] == 0x09 { last -= 1 }
    return UnsafeBufferPointer(rebasing: value[first..<last])
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether no byte has its high bit set.
  fileprivate var allSatisfyASCII: Bool {
    guard let base = baseAddress else { return true }
    var bits: UInt64 = 0
    var i = 0
    while i + 8 <= count {
      bits |= UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self)
      i += 8
    }
    while i < count {
      bits |= UInt64(base[i])
      i += 1
    }
    return bits & 0x8080_8080_8080_8080 == 0
  }
}
