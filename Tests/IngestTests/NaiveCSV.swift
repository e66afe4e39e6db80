import CXXHash
import Columns
import Ingest

/// The twin of the fast reader: one byte after the other, for `,`, LF or CR LF, and the columns of `header`.
struct NaiveCSV {
  var rows: [Row] = []
  /// Line, offset and bytes of each reject.
  var rejects: [Place] = []
  var blankLines = 0

  struct Place: Equatable {
    var line: Int
    var byteOffset: Int
    var row: [UInt8]
  }

  static let header = "customer,note,date,amount\n"

  /// - Parameter hasOrders: the note is the order id.
  init(_ bytes: [UInt8], hasOrders: Bool = false) {
    var i = NaiveCSV.header.utf8.count
    var line = 2
    while i < bytes.count {
      let start = i
      let startLine = line
      var fields: [[UInt8]] = []
      var field: [UInt8] = []
      var isBad = false
      var badFields: Set<Int> = []
      // 0 at a field's start, 1 in a plain field, 2 inside quotes, 3 after a closing quote, 4 past that
      var state = 0
      var ended = false
      while i < bytes.count, !ended {
        let byte = bytes[i]
        i += 1
        if byte == 0x0A { line += 1 }
        if state == 2 {
          if byte == 0x22 { state = 3 } else { field.append(byte) }
        } else if byte == 0x22, state == 0 || state == 3 {
          if state == 3 { field.append(byte) }
          state = 2
        } else if byte == 0x2C || byte == 0x0A {
          if byte == 0x0A, state == 1, field.last == 0x0D { field.removeLast() }
          fields.append(field)
          field = []
          state = 0
          ended = byte == 0x0A
        } else {
          if state == 3 || state == 4 {
            let isLineEnd = byte == 0x0D && (i == bytes.count || bytes[i] == 0x0A)
            if !isLineEnd || state == 4 { badFields.insert(fields.count) }
            if !isLineEnd { state = 4 }
          } else {
            state = 1
            field.append(byte)
          }
        }
      }
      if !ended {
        isBad = state == 2
        if state == 1, field.last == 0x0D { field.removeLast() }
        fields.append(field)
      }
      var end = i
      if ended { end -= 1 }
      if !isBad, end > start, bytes[end - 1] == 0x0D { end -= 1 }
      if !isBad && end == start {
        blankLines += 1
        continue
      }
      if !isBad, fields.count == 4,
        badFields.isDisjoint(with: hasOrders ? [0, 1, 2, 3] : [0, 2, 3]),
        let row = NaiveCSV.row(fields, hasOrders)
      {
        rows.append(row)
      } else {
        rejects.append(Place(line: startLine, byteOffset: start, row: Array(bytes[start..<end])))
      }
    }
    rows.sort()
  }

  private static func row(_ fields: [[UInt8]], _ hasOrders: Bool) -> Row? {
    let id = fields[0]
    guard !id.isEmpty, !id.contains(0), String(validating: id, as: UTF8.self) != nil,
      let day = Day.parse(String(decoding: fields[2], as: UTF8.self)),
      let amount = amount(String(decoding: fields[3], as: UTF8.self))
    else { return nil }
    return Row(customer: id, day: day, order: hasOrders ? hash(fields[1]) : 0, amount: amount)
  }

  /// Of an order id; 0 when it is empty.
  static func hash(_ order: [UInt8]) -> UInt64 {
    order.isEmpty ? 0 : max(1, XXH3_64bits(order, order.count))
  }

  /// Digits, perhaps a minus sign and a point with up to four decimals.
  private static func amount(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let parts = (isNegative ? text.dropFirst() : text[...]).split(
      separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ $0.utf8.allSatisfy { $0 &- 0x30 <= 9 } })
    else { return nil }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard parts[0].count + decimals.count > 0, decimals.count <= 4 else { return nil }
    let digits = parts[0] + decimals + String(repeating: "0", count: 4 - decimals.count)
    guard let units = Int64(digits) else { return nil }
    return isNegative ? -units : units
  }
}
