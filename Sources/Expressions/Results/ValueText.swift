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

  /// The same of a result's column, whose type says where the point of whole numbers stands.
  package static func append(
    _ column: Column, as type: ValueType, row: Int, to out: inout [UInt8]
  ) {
    if case .decimal(let scale) = type, case .int64(let units) = column.values {
      appendDecimal(units[row], scale: scale, to: &out)
    } else {
      append(column, row: row, to: &out)
    }
  }

  /// Decimal digits, no allocation.
  package static func append(_ value: Int64, to out: inout [UInt8]) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, width: 1, to: &out)
  }

  /// Two to four decimals, as `Money.text`, no allocation.
  package static func appendMoney(_ units: Int64, to out: inout [UInt8]) {
    append(units, unit: 10_000, scale: 4, to: &out)
  }

  /// An exact number in units of 10^−scale, scale 1…8: two decimals, and more as far as they are not zero.
  package static func appendDecimal(_ units: Int64, scale: Int, to out: inout [UInt8]) {
    append(units, unit: UInt64(powerOfTen(scale)), scale: scale, to: &out)
  }

  /// In units of 1/unit, which is 10^−scale.
  @inline(__always)
  private static func append(
    _ units: Int64, unit: UInt64, scale: Int, to out: inout [UInt8]
  ) {
    if units < 0 { out.append(UInt8(ascii: "-")) }
    let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: unit)
    var fraction = rest
    var width = scale
    while width > 2, fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    if width == 1 {
      fraction *= 10
      width = 2
    }
    appendDigits(whole, width: 1, to: &out)
    out.append(UInt8(ascii: "."))
    appendDigits(fraction, width: width, to: &out)
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
