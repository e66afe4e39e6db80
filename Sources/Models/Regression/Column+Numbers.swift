package import Columns

extension Column {
  /// Copies the values of `rows` as numbers; NaN where there is none, or where the column has no numbers.
  ///
  /// Money is in units of currency, days are days since 1970, and booleans are 0 and 1.
  package func copyNumbers(of rows: ArraySlice<UInt32>, into result: inout [Double]) {
    switch values {
    case .int8(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .int16(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .int32(let buffer), .day(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .int64(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .uint8(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .uint16(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .uint32(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .float32(let buffer): copy(buffer.span, rows, &result) { Double($0) }
    case .float64(let buffer): copy(buffer.span, rows, &result) { $0 }
    case .money(let buffer): copy(buffer.span, rows, &result) { Money.double($0) }
    case .bool(let bitmap):
      for (i, row) in rows.enumerated() { result[i] = bitmap[Int(row)] ? 1 : 0 }
    case .string, .text:
      for i in 0..<rows.count { result[i] = .nan }
    }
    if validity != nil {
      for (i, row) in rows.enumerated() where isNull(Int(row)) { result[i] = .nan }
    }
  }

  private func copy<Element: BitwiseCopyable>(
    _ span: Span<Element>, _ rows: ArraySlice<UInt32>, _ result: inout [Double],
    _ number: (Element) -> Double
  ) {
    for (i, row) in rows.enumerated() { result[i] = number(span[Int(row)]) }
  }
}
