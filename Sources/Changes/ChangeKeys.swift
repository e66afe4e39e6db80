import CXXHash
import Columns
import Kernels

/// Values of one of two columns of one name, as integers that are equal exactly when the values are.
struct ChangeKeys {
  private let column: Column
  /// Of a dictionary column, a number for each code that is the same on both sides for the same text.
  private let numbers: [Int64]

  /// Keys for the earlier and the later column, which are of one type.
  static func comparable(
    _ before: Column, _ after: Column
  ) -> (before: ChangeKeys, after: ChangeKeys) {
    guard case .string(_, let old) = before.values, case .string(_, let new) = after.values else {
      return (ChangeKeys(column: before, numbers: []), ChangeKeys(column: after, numbers: []))
    }
    var numberByText: [String: Int64] = [:]
    func number(_ text: String) -> Int64 {
      if let number = numberByText[text] { return number }
      numberByText[text] = Int64(numberByText.count)
      return Int64(numberByText.count - 1)
    }
    return (
      ChangeKeys(column: before, numbers: old.array.map(number)),
      ChangeKeys(column: after, numbers: new.array.map(number))
    )
  }

  /// A null is a number that no other value has, save the one at the end of Int64.
  private static let null = Int64.min

  /// The keys at rows, as many as rows; 0 where there is no row.
  func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into keys: UnsafeMutableBufferPointer<Int64>
  ) {
    switch column.values {
    case .int8(let values): gather(values, rows, keys) { Int64($0) }
    case .int16(let values): gather(values, rows, keys) { Int64($0) }
    case .int32(let values), .day(let values): gather(values, rows, keys) { Int64($0) }
    case .int64(let values), .money(let values): gather(values, rows, keys) { $0 }
    case .uint8(let values): gather(values, rows, keys) { Int64($0) }
    case .uint16(let values): gather(values, rows, keys) { Int64($0) }
    case .uint32(let values): gather(values, rows, keys) { Int64($0) }
    case .float32(let values): gather(values, rows, keys) { Int64($0.bitPattern) }
    case .float64(let values): gather(values, rows, keys) { Int64(bitPattern: $0.bitPattern) }
    case .string(.uint8(let codes), _): gather(codes, rows, keys) { numbers[Int($0)] }
    case .string(.uint16(let codes), _): gather(codes, rows, keys) { numbers[Int($0)] }
    case .string(.uint32(let codes), _): gather(codes, rows, keys) { numbers[Int($0)] }
    case .bool(let bits):
      for k in rows.indices { keys[k] = rows[k] != noRow && bits[Int(rows[k])] ? 1 : 0 }
    case .text(let table):
      for k in rows.indices { keys[k] = rows[k] == noRow ? 0 : hash(table.utf8(at: Int(rows[k]))) }
    }
    guard let validity = column.validity?.words.pointer else { return }
    for k in rows.indices where rows[k] != noRow {
      let row = Int(rows[k])
      if validity[row >> 6] &>> UInt64(row & 63) & 1 == 0 { keys[k] = ChangeKeys.null }
    }
  }

  @inline(__always)
  private func gather<Element>(
    _ buffer: AlignedBuffer<Element>, _ rows: UnsafeBufferPointer<UInt32>,
    _ keys: UnsafeMutableBufferPointer<Int64>, _ key: (Element) -> Int64
  ) {
    let values = buffer.pointer
    for k in rows.indices { keys[k] = rows[k] == noRow ? 0 : key(values[Int(rows[k])]) }
    withExtendedLifetime(buffer) {}
  }

  private func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int64 {
    Int64(bitPattern: XXH3_64bits(text.baseAddress, text.count))
  }
}
