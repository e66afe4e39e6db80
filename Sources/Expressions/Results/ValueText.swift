package import Columns

/// The text of single values, the same in every form of output.
package enum ValueText {
  /// Appends a value that is not null: numbers in the shortest form that reads back the same, money with
  /// two to four decimals, days as YYYY-MM-DD, booleans as true and false, strings as their bytes.
  package static func append(_ column: Column, row: Int, to out: inout [UInt8]) {
    switch column.values {
    case .int8(let b): append(Int64(b[row]), to: &out)
    case .int16(let b): append(Int64(b[row]), to: &out)
    case .int32(let b): append(Int64(b[row]), to: &out)
    case .int64(let b): append(b[row], to: &out)
    case .uint8(let b): append(Int64(b[row]), to: &out)
    case .uint16(let b): append(Int64(b[row]), to: &out)
    case .uint32(let b): append(Int64(b[row]), to: &out)
    case .float32(let b): out.append(contentsOf: "\(b[row])".utf8)
    case .float64(let b): out.append(contentsOf: "\(b[row])".utf8)
    case .bool(let bits): out.append(contentsOf: (bits[row] ? "true" : "false").utf8)
    case .day(let b): out.append(contentsOf: Day.text(b[row]).utf8)
    case .money(let b): appendMoney(b[row], to: &out)
    case .string(let codes, let table): out.append(contentsOf: table.utf8(at: codes[row]))
    case .text(let table): out.append(contentsOf: table.utf8(at: row))
    }
  }

  /// Decimal digits, no allocation.
  package static func append(_ value: Int64, to out: inout [UInt8]) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, width: 1, to: &out)
  }

  /// Two to four decimals, as `Money.text`, no allocation.
  package static func appendMoney(_ units: Int64, to out: inout [UInt8]) {
    if units < 0 { out.append(UInt8(ascii: "-")) }
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: 10_000)
    appendDigits(whole, width: 1, to: &out)
    out.append(UInt8(ascii: "."))
    if fraction % 100 == 0 {
      appendDigits(fraction / 100, width: 2, to: &out)
    } else if fraction % 10 == 0 {
      appendDigits(fraction / 10, width: 3, to: &out)
    } else {
      appendDigits(fraction, width: 4, to: &out)
    }
  }

  private static func appendDigits(_ value: UInt64, width: Int, to out: inout [UInt8]) {
    var rest = value
    var place: UInt64 = 1
    var digits = 1
    while digits < width || (digits < 20 && rest / place >= 10) {
      place *= 10
      digits += 1
    }
    while place > 0 {
      out.append(0x30 + UInt8(truncatingIfNeeded: rest / place))
      rest %= place
      place /= 10
    }
  }
}
