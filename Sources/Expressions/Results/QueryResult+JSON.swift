package import Columns

extension QueryResult {
  /// `[{"segment":"Lost","count":3},…]` on one line.
  package var jsonObjects: [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "[")]
    for row in 0..<rowCount {
      if row > 0 { out.append(UInt8(ascii: ",")) }
      appendJSONObject(row: row, to: &out)
    }
    out.append(UInt8(ascii: "]"))
    return out
  }

  /// `{"columns":[{"name":…,"type":…},…],"rows":[[…],…]}` on one line.
  package var jsonTable: [UInt8] {
    var out: [UInt8] = []
    appendJSONTable(to: &out)
    return out
  }

  package func appendJSONTable(to out: inout [UInt8]) {
    out.append(contentsOf: "{\"columns\":[".utf8)
    for (i, column) in columns.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: "{\"name\":".utf8)
      QueryResult.appendJSONString(column.name.utf8, to: &out)
      out.append(contentsOf: ",\"type\":\"\(column.type.name)\"}".utf8)
    }
    out.append(contentsOf: "],\"rows\":[".utf8)
    for row in 0..<rowCount {
      if row > 0 { out.append(UInt8(ascii: ",")) }
      appendJSONArray(row: row, to: &out)
    }
    out.append(contentsOf: "]}".utf8)
  }

  /// One row as an object, for streaming.
  package func appendJSONObject(row: Int, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    for (i, column) in rows.columns.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      QueryResult.appendJSONString(column.name.utf8, to: &out)
      out.append(UInt8(ascii: ":"))
      QueryResult.appendJSON(column, as: columns[i].type, row: row, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// One row as an array, for streaming.
  package func appendJSONArray(row: Int, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "["))
    for (i, column) in rows.columns.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      QueryResult.appendJSON(column, as: columns[i].type, row: row, to: &out)
    }
    out.append(UInt8(ascii: "]"))
  }

  /// One value; null for nulls and for floats that JSON cannot say.
  package static func appendJSON(
    _ column: Columns.Column, as type: ValueType, row: Int, to out: inout [UInt8]
  ) {
    if column.isNull(row) {
      out.append(contentsOf: "null".utf8)
      return
    }
    switch column.values {
    case .string(let codes, let table): appendJSONString(table.utf8(at: codes[row]), to: &out)
    case .text(let table): appendJSONString(table.utf8(at: row), to: &out)
    case .day:
      out.append(UInt8(ascii: "\""))
      ValueText.append(column, row: row, to: &out)
      out.append(UInt8(ascii: "\""))
    case .float32(let buffer) where !buffer[row].isFinite: out.append(contentsOf: "null".utf8)
    case .float64(let buffer) where !buffer[row].isFinite: out.append(contentsOf: "null".utf8)
    default: ValueText.append(column, as: type, row: row, to: &out)
    }
  }

  /// A string in quotes; control characters, quotes and backslashes escaped, invalid UTF-8 repaired.
  package static func appendJSONString(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    let isPlain = !text.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 >= 0x80 }
    if isPlain {
      out.append(contentsOf: text)
    } else {
      for byte in String(decoding: text, as: UTF8.self).utf8 {
        switch byte {
        case 0x22, 0x5C:
          out.append(UInt8(ascii: "\\"))
          out.append(byte)
        case 0x0A: out.append(contentsOf: "\\n".utf8)
        case 0x0D: out.append(contentsOf: "\\r".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
          let digits = Array("0123456789abcdef".utf8)
          out.append(contentsOf: "\\u00".utf8)
          out.append(digits[Int(byte >> 4)])
          out.append(digits[Int(byte & 15)])
        default: out.append(byte)
        }
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
