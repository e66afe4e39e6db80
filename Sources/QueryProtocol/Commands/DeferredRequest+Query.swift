import Columns
import Expressions

extension DeferredRequest {
  /// QUERY, or a line that begins with SELECT: columns, then rows.
  func runQuery(
    _ text: String, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let result: QueryResult
    var asked = base
    do throws(QueryError) {
      try control.check()
      let query = try Query.parse(text)
      if let date = query.at {
        asked = try older(date, at: query.atByteOffset, service.host)
      }
      result = try query.run(on: asked.source, control)
    } catch {
      throw ReplyError(error, in: text)
    }
    if namesSnapshot { writer.snapshotName = asked.name }
    writer.beginMembers(2)
    writer.key("columns")
    writer.beginArray(result.columns.count)
    let mark = writer.buffer.count
    for column in result.columns {
      try writer.checkReply(from: mark, service.limits)
      writer.beginMap(2)
      writer.key("name")
      writer.string(column.name)
      writer.key("type")
      writer.string(column.type.name)
      writer.endMap()
    }
    writer.endArray()
    writer.key("rows")
    try writeRows(of: result, service.limits, into: &writer)
    writer.end()
  }

  /// Stops in the middle when the reply grows past its limit, so that it never holds more than a value beyond, and
  /// when nobody waits for it any more.
  private func writeRows(
    of result: QueryResult, _ limits: ServiceLimits, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let rows = result.rows
    let columns = rows.columns
    let types = result.columns.map(\.type)
    let mark = writer.buffer.count
    writer.beginArray(rows.rowCount)
    var cellCount = 0
    for row in 0..<rows.rowCount {
      writer.beginArray(columns.count)
      for (i, column) in columns.enumerated() {
        if cellCount % QueryLimits.checkedCount == 0 { try checkControl() }
        cellCount += 1
        writer.value(of: column, as: types[i], row: row)
        try writer.checkReply(from: mark, limits)
      }
      writer.endArray()
    }
    writer.endArray()
  }

  /// Throws when the deadline has passed or nobody waits any more.
  func checkControl() throws(ReplyError) {
    do throws(QueryError) { try control.check() } catch { throw ReplyError(error, in: "") }
  }

  /// The snapshot that a query's AT names, at `byteOffset` of its text.
  private func older(
    _ date: String, at byteOffset: Int?, _ host: any ServiceHost
  ) throws(QueryError) -> CustomerBase {
    if date == base.name { return base }
    do {
      if let found = try host.customers(at: date) { return found }
    } catch {
      throw QueryError(.name, "the snapshot of \(date) cannot be loaded: \(error)", at: byteOffset)
    }
    throw QueryError(.name, "no snapshot of \(date); SNAPSHOTS lists them", at: byteOffset)
  }

  /// COUNT: all customers, or those that meet a condition.
  func runCount(_ text: String, into writer: inout ReplyWriter) throws(ReplyError) {
    var count = base.rowCount
    if !text.isEmpty {
      let words = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count == 2, words[0].lowercased() == "where" else {
        throw ReplyError(.wrongArguments, "COUNT takes \(Command.count.arguments)")
      }
      let condition = String(words[1])
      do throws(QueryError) {
        let bound = try base.source.bind(try Expression.parse(condition), control)
        count = try bound.bitmap(control).oneCount
      } catch {
        throw ReplyError(error, in: condition)
      }
    }
    writer.begin("count")
    writer.integer(count)
    writer.end()
  }
}

extension ReplyError {
  /// What is wrong with a query, with its place.
  fileprivate init(_ error: QueryError, in text: String) {
    let code: Code
    switch error.code {
    case .syntax, .name, .type, .overflow: code = .invalidQuery
    case .limit: code = .limitExceeded
    case .timeout: code = .deadlineExceeded
    case .cancelled: code = .shuttingDown
    }
    let place = error.position(in: text).map { position in
      Place(
        line: position.line, column: position.column, excerpt: error.rendered(in: text))
    }
    self.init(code, error.message, at: place)
  }
}

extension ReplyWriter {
  /// Refuses a reply, begun at `mark`, that is past its limit; asked for every part that data or clients make grow.
  @inline(__always)
  func checkReply(from mark: Int, _ limits: ServiceLimits) throws(ReplyError) {
    if buffer.count - mark > limits.replyByteCountMax { throw ReplyError.replyTooLarge(limits) }
  }

  /// One value of a result; a decimal that is not money is whole numbers in units of its type.
  mutating func value(of column: Column, as type: ValueType, row: Int) {
    if column.isNull(row) { return null() }
    if case .decimal(let scale) = type, case .int64(let units) = column.values {
      return decimal(units[row], scale: scale)
    }
    switch column.values {
    case .int8(let buffer): integer(Int64(buffer[row]))
    case .int16(let buffer): integer(Int64(buffer[row]))
    case .int32(let buffer): integer(Int64(buffer[row]))
    case .int64(let buffer): integer(buffer[row])
    case .uint8(let buffer): integer(Int64(buffer[row]))
    case .uint16(let buffer): integer(Int64(buffer[row]))
    case .uint32(let buffer): integer(Int64(buffer[row]))
    case .float32(let buffer): float(buffer[row])
    case .float64(let buffer): double(buffer[row])
    case .bool(let bits): bool(bits[row])
    case .day(let buffer): day(buffer[row])
    case .money(let buffer): money(buffer[row])
    case .string(let codes, let table): string(Span(_unsafeElements: table.utf8(at: codes[row])))
    case .text(let table): string(Span(_unsafeElements: table.utf8(at: row)))
    }
  }
}
