/// How cells and rows are put together; see `ByteWriter.append(rows:of:style:selection:)`.
package struct RowStyle: Sendable {
  /// JSON: texts and dates in double quotes with escapes, nulls as `null`. Otherwise RFC 4180: texts quoted
  /// where they must be, nulls empty.
  package let isJSON: Bool
  /// What ends a row: the newline, and in JSON the brace before it.
  package let end: StaticString

  package init(isJSON: Bool, end: StaticString) {
    self.isJSON = isJSON
    self.end = end
  }
}

extension ByteWriter {
  /// Writes rows of columns: for each cell its lead and its text, then the style's end.
  ///
  /// `selection`, one bit a row of the whole column, leaves out rows whose bit is 0. Cost on one thread: about
  /// 10 ns a cell.
  package mutating func append(
    rows: Range<Int>, of cells: [CellSource], style: RowStyle,
    selection: UnsafePointer<UInt64>? = nil
  ) {
    let end = UnsafeBufferPointer(start: style.end.utf8Start, count: style.end.utf8CodeUnitCount)
    // Flat cells take at most 32 bytes each, with what stands before them.
    let flatByteCount = cells.reduce(end.count) { $0 + 32 + $1.lead.count }
    cells.withUnsafeBufferPointer { cells in
      for row in rows {
        if let selection, (selection[row &>> 6] &>> UInt64(row & 63)) & 1 == 0 { continue }
        reserve(flatByteCount)
        for index in cells.indices { append(cells[index], row, style, rest: flatByteCount) }
        put(end)
      }
    }
  }

  /// Room for the rest of the row's flat cells stays reserved: a cell of unbounded length reserves it again.
  @inline(__always)
  private mutating func append(_ cell: CellSource, _ row: Int, _ style: RowStyle, rest: Int) {
    put(cell.lead)
    if let validity = cell.validity, (validity[row &>> 6] &>> UInt64(row & 63)) & 1 == 0 {
      if style.isJSON { put("null") }
      return
    }
    switch cell.kind {
    case .int8: put(integer: Int64(cell.load(row, as: Int8.self)))
    case .int16: put(integer: Int64(cell.load(row, as: Int16.self)))
    case .int32: put(integer: Int64(cell.load(row, as: Int32.self)))
    case .int64: put(integer: cell.load(row, as: Int64.self))
    case .uint8: put(integer: Int64(cell.load(row, as: UInt8.self)))
    case .uint16: put(integer: Int64(cell.load(row, as: UInt16.self)))
    case .uint32: put(integer: Int64(cell.load(row, as: UInt32.self)))
    case .float32: append(float: cell.load(row, as: Float.self), style, rest: rest)
    case .float64: append(double: cell.load(row, as: Double.self), style, rest: rest)
    case .bool:
      let word = cell.load(row &>> 6, as: UInt64.self)
      put((word &>> UInt64(row & 63)) & 1 != 0 ? "true" : "false")
    case .day: append(dayCell: cell.load(row, as: Int32.self), style)
    case .money: count = putMoney(cell.load(row, as: Int64.self), at: base + count) - base
    case .text: append(text: cell.string(row), style, rest: rest)
    case .dictionary8: append(ready: cell.string(Int(cell.load(row, as: UInt8.self))), rest)
    case .dictionary16: append(ready: cell.string(Int(cell.load(row, as: UInt16.self))), rest)
    case .dictionary32: append(ready: cell.string(Int(cell.load(row, as: UInt32.self))), rest)
    }
  }

  @inline(__always)
  private mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
    let out = base + count
    for i in 0..<bytes.count { out[i] = bytes[i] }
    count += bytes.count
  }

  @inline(__always)
  private mutating func put(_ text: StaticString) {
    put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  private mutating func put(byte: UInt8) {
    base[count] = byte
    count += 1
  }

  @inline(__always)
  private mutating func put(integer: Int64) {
    count = putInteger(integer, at: base + count) - base
  }

  @inline(__always)
  private mutating func append(ready bytes: UnsafeBufferPointer<UInt8>, _ rest: Int) {
    reserve(bytes.count + rest)
    (base + count).update(from: bytes.baseAddress.unsafelyUnwrapped, count: bytes.count)
    count += bytes.count
  }

  private mutating func append(float value: Float, _ style: RowStyle, rest: Int) {
    if value.isFinite {
      append(number: value)
      reserve(rest)
    } else if style.isJSON {
      put("null")
    }
  }

  private mutating func append(double value: Double, _ style: RowStyle, rest: Int) {
    if value.isFinite {
      append(number: value)
      reserve(rest)
    } else if style.isJSON {
      put("null")
    }
  }

  @inline(__always)
  private mutating func append(dayCell day: Int32, _ style: RowStyle) {
    if style.isJSON { put(byte: 0x22) }
    let clamped = min(max(day, fourDigitDays.lowerBound), fourDigitDays.upperBound - 1)
    count = putDay(clamped, at: base + count) - base
    if style.isJSON { put(byte: 0x22) }
  }

  @inline(__always)
  private mutating func append(
    text: UnsafeBufferPointer<UInt8>, _ style: RowStyle, rest: Int
  ) {
    // Escapes take at most six bytes for one.
    reserve(text.count * 6 + 2 + rest)
    if style.isJSON {
      appendQuotedJSON(text)
    } else if needsCSVQuotes(text) {
      appendQuotedCSV(text)
    } else {
      put(text)
    }
  }

  /// A CSV field in quotes, quotes inside doubled.
  package mutating func appendQuotedCSV(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(text.count * 2 + 2)
    put(byte: 0x22)
    for byte in text {
      if byte == 0x22 { put(byte: 0x22) }
      put(byte: byte)
    }
    put(byte: 0x22)
  }

  /// A JSON string of valid UTF-8: quotes, backslashes and control characters escaped.
  package mutating func appendQuotedJSON(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(text.count * 6 + 2)
    put(byte: 0x22)
    for byte in text {
      if byte == 0x22 || byte == 0x5C {
        put(byte: 0x5C)
        put(byte: byte)
      } else if byte < 0x20 {
        put("\\u00")
        put(byte: 0x30 + (byte >> 4))
        put(byte: byte & 15 < 10 ? 0x30 + (byte & 15) : 0x57 + (byte & 15))
      } else {
        put(byte: byte)
      }
    }
    put(byte: 0x22)
  }
}

/// Whether a CSV field must stand in quotes: it holds a comma, a quote or a line end, or has a space at an end.
package func needsCSVQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  if text.first == 0x20 || text.last == 0x20 { return true }
  for byte in text where byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D {
    return true
  }
  return false
}
