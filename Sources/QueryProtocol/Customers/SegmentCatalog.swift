package import Columns

/// The segments of a snapshot and how many customers each has: counted once, when the snapshot is loaded.
package struct SegmentCatalog: Sendable {
  package let names: StringTable
  package let codes: DictionaryCodes
  /// Customers by code.
  package let counts: [Int]
  private let validity: Bitmap?

  /// Of a dictionary column; nil of a column of another type.
  init?(_ column: Column) {
    guard case .string(let codes, let names) = column.values else { return nil }
    self.names = names
    self.codes = codes
    validity = column.validity
    var counts = [Int](repeating: 0, count: names.count)
    for row in 0..<codes.count where !column.isNull(row) { counts[codes[row]] += 1 }
    self.counts = counts
  }

  package static let columnName = "segment"

  /// The code of a segment; nil when there is none of that name.
  func code(of name: String) -> Int? { names.firstIndex(of: name) }

  /// Up to `limit` rows of a segment, from a row on, in order, and whether there are more.
  func rows(ofCode code: Int, from start: Int, limit: Int) -> (rows: [Int], hasMore: Bool) {
    switch codes {
    case .uint8(let codes): rows(codes, UInt8(truncatingIfNeeded: code), start, limit)
    case .uint16(let codes): rows(codes, UInt16(truncatingIfNeeded: code), start, limit)
    case .uint32(let codes): rows(codes, UInt32(truncatingIfNeeded: code), start, limit)
    }
  }

  @inline(__always)
  private func rows<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: AlignedBuffer<Code>, _ wanted: Code, _ start: Int, _ limit: Int
  ) -> (rows: [Int], hasMore: Bool) {
    var rows: [Int] = []
    let span = codes.span
    for row in start..<max(start, span.count) where span[row] == wanted {
      if let validity, !validity[row] { continue }
      if rows.count == limit { return (rows, true) }
      rows.append(row)
    }
    return (rows, false)
  }
}
