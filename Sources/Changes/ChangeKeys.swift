import CXXHash
import Columns

/// Values of two columns of one name as integers that are equal exactly when the values are.
enum ChangeKeys {
  typealias Reader = @Sendable (Int) -> Int64

  /// Readers for the earlier and the later column, which are of one type.
  static func comparable(_ before: Column, _ after: Column) -> (before: Reader, after: Reader) {
    guard case .string(_, let old) = before.values, case .string(_, let new) = after.values else {
      return (reader(before), reader(after))
    }
    var numbers: [String: Int64] = [:]
    for text in old.array + new.array where numbers[text] == nil {
      numbers[text] = Int64(numbers.count)
    }
    let (oldNumbers, newNumbers) = (old.array.map { numbers[$0]! }, new.array.map { numbers[$0]! })
    return (reader(before, oldNumbers), reader(after, newNumbers))
  }

  /// A null is a number that no other value has, save the one at the end of Int64.
  private static let null = Int64.min

  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    XXH3_64bits(text.baseAddress, text.count)
  }

  private static func reader(_ column: Column, _ numbers: [Int64] = []) -> Reader {
    let value: Reader =
      switch column.values {
      case .int8(let values): { Int64(values[$0]) }
      case .int16(let values): { Int64(values[$0]) }
      case .int32(let values), .day(let values): { Int64(values[$0]) }
      case .int64(let values), .money(let values): { values[$0] }
      case .uint8(let values): { Int64(values[$0]) }
      case .uint16(let values): { Int64(values[$0]) }
      case .uint32(let values): { Int64(values[$0]) }
      case .float32(let values): { Int64(values[$0].bitPattern) }
      case .float64(let values): { Int64(bitPattern: values[$0].bitPattern) }
      case .bool(let bits): { bits[$0] ? 1 : 0 }
      case .string(let codes, _): { numbers[codes[$0]] }
      case .text(let table): { Int64(bitPattern: hash(table.utf8(at: $0))) }
      }
    guard let validity = column.validity else { return value }
    return { validity[$0] ? value($0) : null }
  }
}
