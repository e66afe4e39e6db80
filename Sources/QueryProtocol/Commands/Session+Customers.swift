import Columns
import Expressions

/// Commands on customer ids: answered at once, on the event loop.
extension Session {
  /// GET id.
  func profile(_ request: Request, on base: CustomerBase, into writer: inout ReplyWriter) {
    writer.begin("customer")
    profile(base.index.row(of: request.argument(1)), on: base, into: &writer)
    writer.end()
  }

  @inline(__always)
  private func profile(_ row: Int?, on base: CustomerBase, into writer: inout ReplyWriter) {
    guard let row else { return writer.null() }
    writer.profile { base.profiles.appendJSON(row: row, to: &$0) }
  }

  /// GET id column …: an object, which has a column that is named twice once, at its first place.
  func someColumns(
    _ request: Request, on base: CustomerBase, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    var columns: [Int] = []
    for column in try self.columns(request, from: 2, of: base) where !columns.contains(column) {
      columns.append(column)
    }
    writer.begin("customer")
    if let row = base.index.row(of: request.argument(1)) {
      writer.profile { base.profiles.appendJSON(row: row, columns: columns, to: &$0) }
    } else {
      writer.null()
    }
    writer.end()
  }

  /// MGET id ….
  func profiles(
    _ request: Request, on base: CustomerBase, _ limits: ServiceLimits,
    into writer: inout ReplyWriter
  ) throws(ReplyError) {
    try checkIdentifierCount(request, limits)
    let mark = writer.buffer.count
    writer.begin("customers")
    writer.beginArray(request.count - 1)
    for i in 1..<request.count {
      profile(base.index.row(of: request.argument(i)), on: base, into: &writer)
      try writer.checkReply(from: mark, limits)
    }
    writer.endArray()
    writer.end()
  }

  /// HGETALL id: the profile as a map in the line protocol and RESP3, as pairs in RESP2.
  func hash(_ request: Request, on base: CustomerBase, into writer: inout ReplyWriter) {
    let row = base.index.row(of: request.argument(1))
    if encoding == .line {
      writer.begin("fields")
      if let row {
        writer.profile { base.profiles.appendJSON(row: row, to: &$0) }
      } else {
        writer.beginMap(0)
        writer.endMap()
      }
      writer.end()
      return
    }
    writer.begin("fields")
    writer.beginMap(row.map { base.profiles.valueCount(row: $0) } ?? 0)
    if let row { base.profiles.appendHash(row: row, to: &writer.buffer) }
    writer.endMap()
    writer.end()
  }

  /// HGET id column.
  func hashField(
    _ request: Request, on base: CustomerBase, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let columns = try columns(request, from: 2, of: base)
    let row = base.index.row(of: request.argument(1))
    writer.begin("value")
    value(row, columns[0], on: base, into: &writer)
    writer.end()
  }

  /// HMGET id column ….
  func hashFields(
    _ request: Request, on base: CustomerBase, _ limits: ServiceLimits,
    into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let columns = try columns(request, from: 2, of: base)
    let row = base.index.row(of: request.argument(1))
    let mark = writer.buffer.count
    writer.begin("values")
    writer.beginArray(columns.count)
    for column in columns {
      value(row, column, on: base, into: &writer)
      try writer.checkReply(from: mark, limits)
    }
    writer.endArray()
    writer.end()
  }

  private func value(
    _ row: Int?, _ field: Int, on base: CustomerBase, into writer: inout ReplyWriter
  ) {
    guard let row else { return writer.null() }
    if encoding == .line {
      writer.profile { base.profiles.appendJSONValue(row: row, field: field, to: &$0) }
    } else if !base.profiles.appendBulk(row: row, field: field, to: &writer.buffer) {
      writer.null()
    }
  }

  /// EXISTS id …: how many, an id that is named twice counted twice.
  func exists(
    _ request: Request, on base: CustomerBase, _ limits: ServiceLimits,
    into writer: inout ReplyWriter
  ) throws(ReplyError) {
    try checkIdentifierCount(request, limits)
    var count = 0
    for i in 1..<request.count where base.index.row(of: request.argument(i)) != nil { count += 1 }
    writer.begin("count")
    writer.integer(count)
    writer.end()
  }

  private func checkIdentifierCount(
    _ request: Request, _ limits: ServiceLimits
  ) throws(ReplyError) {
    guard request.count - 1 <= limits.identifierCountMax else {
      throw ReplyError(
        .limitExceeded,
        "\(request.count - 1) ids are more than the \(limits.identifierCountMax) of one request; "
          + "send several")
    }
  }

  private func columns(
    _ request: Request, from first: Int, of base: CustomerBase
  ) throws(ReplyError) -> [Int] {
    guard request.count - first <= 256 else {
      throw ReplyError(.limitExceeded, "one request names at most 256 columns")
    }
    var columns: [Int] = []
    for i in first..<request.count {
      guard let name = request.text(i), let index = base.profiles.fieldIndex(named: name) else {
        let name = shown(request.argument(i))
        let hint = NearestName.hint(name, among: base.frame.names)
        throw ReplyError(.unknownColumn, "no column '\(name)'\(hint) (SCHEMA lists them)")
      }
      columns.append(index)
    }
    return columns
  }
}

extension ReplyWriter {
  /// A profile, whose JSON `write` appends: bare in a line, a bulk string in RESP.
  @inline(__always)
  mutating func profile(_ write: (inout ReplyBuffer) -> Void) {
    if encoding == .line {
      comma()
      write(&buffer)
    } else {
      bulk(gap: 6, write)
    }
  }
}
