package import Columns
import Kernels

/// Per block of 65,536 rows the smallest and largest value and the number of nulls, so that a condition on
/// the column can skip a block, or take all of it, without reading it.
package struct ZoneMap: Sendable {
  /// Bounds of the values that are not null: units, days or codes; for float columns, nil (see `floats`).
  package let integers: [ClosedRange<Int64>?]
  /// Bounds of a float column's values; a block that holds NaN has none.
  package let floats: [ClosedRange<Double>?]
  package let nullCounts: [Int]

  /// Bounds of a column of whole numbers, one a block; nil where a block has no value or is not known.
  package init(integers: [ClosedRange<Int64>?], nullCounts: [Int]) {
    precondition(integers.count == nullCounts.count, "bounds and null counts, one a block")
    self.integers = integers
    floats = []
    self.nullCounts = nullCounts
  }

  /// Bounds of a float column, one a block; nil where a block has no value, NaN, or is not known.
  package init(floats: [ClosedRange<Double>?], nullCounts: [Int]) {
    precondition(floats.count == nullCounts.count, "bounds and null counts, one a block")
    integers = []
    self.floats = floats
    self.nullCounts = nullCounts
  }

  /// Reads the column once; nil for a type that has no bounds (bool, text).
  package init?(_ column: Column) {
    let count = column.rowCount
    let chunks = Parallel.chunkCount(of: count)
    func rows(_ chunk: Int) -> Range<Int> { Parallel.rows(ofChunk: chunk, of: count) }
    func valid(_ chunk: Int) -> [Int] { rows(chunk).filter { !column.isNull($0) } }
    let nulls = (0..<chunks).map { chunk in
      column.validity == nil ? 0 : rows(chunk).count - valid(chunk).count
    }
    func bounds<Value: Comparable>(_ value: (Int) -> Value) -> [ClosedRange<Value>?] {
      (0..<chunks).map { chunk in
        var low: Value?
        var high: Value?
        for row in rows(chunk) where !column.isNull(row) {
          let v = value(row)
          // NaN equals nothing: such a block has no bounds.
          if v != v { return nil }
          low = low.map { min($0, v) } ?? v
          high = high.map { max($0, v) } ?? v
        }
        return low.map { $0...high! }
      }
    }
    switch column.values {
    case .float32(let b): self.init(floats: bounds { Double(b[$0]) }, nullCounts: nulls)
    case .float64(let b): self.init(floats: bounds { b[$0] }, nullCounts: nulls)
    case .int8(let b): self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .int16(let b): self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .int32(let b), .day(let b):
      self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .int64(let b), .money(let b): self.init(integers: bounds { b[$0] }, nullCounts: nulls)
    case .uint8(let b): self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .uint16(let b): self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .uint32(let b): self.init(integers: bounds { Int64(b[$0]) }, nullCounts: nulls)
    case .string(let codes, _):
      self.init(integers: bounds { Int64(codes[$0]) }, nullCounts: nulls)
    case .bool, .text: return nil
    }
  }

  /// What a condition low ≤ value ≤ high is for a whole block.
  enum Verdict {
    case none
    case all
    case mixed
  }

  func verdict(block: Int, low: Int64, high: Int64) -> Verdict {
    guard block < integers.count, let bounds = integers[block] else { return .mixed }
    if bounds.upperBound < low || bounds.lowerBound > high { return .none }
    let inside = low <= bounds.lowerBound && bounds.upperBound <= high
    return inside && nullCounts[block] == 0 ? .all : .mixed
  }

  func verdict(block: Int, low: Double, high: Double) -> Verdict {
    guard block < floats.count, let bounds = floats[block] else { return .mixed }
    if bounds.upperBound < low || bounds.lowerBound > high { return .none }
    let inside = low <= bounds.lowerBound && bounds.upperBound <= high
    return inside && nullCounts[block] == 0 ? .all : .mixed
  }
}
