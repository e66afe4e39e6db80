/// Values of up to 32 columns of a row, loaded before any is formatted.
private struct LoadedValues {
  var values = InlineArray<32, UInt64>(repeating: 0)
  var nulls: UInt32 = 0
}

extension ProfileLayout {
  private static let blockSize = 32

  @inline(__always)
  private func load(_ row: Int, _ block: Range<Int>) -> LoadedValues {
    var loaded = LoadedValues()
    for (i, index) in block.enumerated() {
      loaded.values[i] = fields[index].load(row)
      if fields[index].isNull(row) { loaded.nulls |= 1 << UInt32(i) }
    }
    return loaded
  }

  /// A row as a JSON object of all columns; nulls are written out, so that every profile has the same shape.
  package func appendJSON(row: Int, to out: inout ReplyBuffer) {
    var start = 0
    out.append(UInt8(ascii: "{"))
    while start < fields.count {
      let block = start..<min(fields.count, start + ProfileLayout.blockSize)
      let loaded = load(row, block)
      for (i, index) in block.enumerated() {
        let key = fields[index].jsonKey
        let skipped = index == 0 ? 1 : 0
        out.append(start: key.baseAddress! + skipped, count: key.count - skipped)
        if loaded.nulls >> UInt32(i) & 1 == 1 {
          out.append("null")
        } else {
          fields[index].appendJSON(loaded.values[i], to: &out)
        }
      }
      start = block.upperBound
    }
    out.append(UInt8(ascii: "}"))
  }

  /// A row as a JSON object of some columns.
  func appendJSON(row: Int, columns: [Int], to out: inout ReplyBuffer) {
    out.append(UInt8(ascii: "{"))
    for (i, index) in columns.enumerated() {
      let key = fields[index].jsonKey
      let skipped = i == 0 ? 1 : 0
      out.append(start: key.baseAddress! + skipped, count: key.count - skipped)
      if fields[index].isNull(row) {
        out.append("null")
      } else {
        fields[index].appendJSON(fields[index].load(row), to: &out)
      }
    }
    out.append(UInt8(ascii: "}"))
  }

  /// One value as JSON.
  func appendJSONValue(row: Int, field: Int, to out: inout ReplyBuffer) {
    if fields[field].isNull(row) { return out.append("null") }
    fields[field].appendJSON(fields[field].load(row), to: &out)
  }

  /// Columns that have a value in a row: a hash has no nulls.
  func valueCount(row: Int) -> Int {
    fields.reduce(0) { $0 + ($1.isNull(row) ? 0 : 1) }
  }

  /// A row as the names and values of a RESP hash, nulls left out.
  func appendHash(row: Int, to out: inout ReplyBuffer) {
    var start = 0
    while start < fields.count {
      let block = start..<min(fields.count, start + ProfileLayout.blockSize)
      let loaded = load(row, block)
      for (i, index) in block.enumerated() where loaded.nulls >> UInt32(i) & 1 == 0 {
        out.append(fields[index].respKey)
        fields[index].appendBulk(loaded.values[i], to: &out)
      }
      start = block.upperBound
    }
  }

  /// One value as a RESP bulk string; false, and nothing, when it is null.
  func appendBulk(row: Int, field: Int, to out: inout ReplyBuffer) -> Bool {
    if fields[field].isNull(row) { return false }
    fields[field].appendBulk(fields[field].load(row), to: &out)
    return true
  }
}

extension ProfileField {
  @inline(__always)
  func appendJSON(_ loaded: UInt64, to out: inout ReplyBuffer) {
    switch kind {
    case .code8, .code16, .code32:
      if let packed { return out.append(packed.quoted[Int(loaded)]) }
      appendQuoted(loaded, to: &out)
    case .text: appendQuoted(loaded, to: &out)
    case .bool: out.append(loaded == 1 ? "true" : "false")
    case .day:
      out.append(UInt8(ascii: "\""))
      appendPlain(loaded, to: &out)
      out.append(UInt8(ascii: "\""))
    default: appendPlain(loaded, to: &out)
    }
  }

  private func appendQuoted(_ loaded: UInt64, to out: inout ReplyBuffer) {
    let text = text(loaded)
    if isValidText {
      out.append(quoted: text)
    } else {
      out.append(quoted: String(decoding: text, as: UTF8.self))
    }
  }

  @inline(__always)
  func appendBulk(_ loaded: UInt64, to out: inout ReplyBuffer) {
    switch kind {
    case .code8, .code16, .code32:
      if let packed { return out.append(packed.bulk[Int(loaded)]) }
    default: break
    }
    let mark = out.count
    out.skip(kind == .uint8 || kind == .int8 || kind == .bool ? 4 : 5)
    let gap = out.count - mark
    appendPlain(loaded, to: &out)
    out.finishBulk(from: mark, gap: gap)
  }

  @inline(__always)
  private func appendPlain(_ loaded: UInt64, to out: inout ReplyBuffer) {
    switch kind {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32:
      out.append(integer: Int64(bitPattern: loaded))
    case .money: out.append(money: Int64(bitPattern: loaded))
    case .day: out.append(day: Int32(truncatingIfNeeded: Int64(bitPattern: loaded)))
    case .float32: out.append(float: Float(bitPattern: UInt32(truncatingIfNeeded: loaded)))
    case .float64: out.append(double: Double(bitPattern: loaded))
    case .bool: out.append(loaded == 1 ? "1" : "0")
    case .code8, .code16, .code32, .text: out.append(text(loaded))
    }
  }
}
