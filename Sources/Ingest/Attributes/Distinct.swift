import Columns
import Kernels

/// Numbers of distinct values, with the least and the greatest: by sorting, in parallel.
enum Distinct {
  static func ints(
    _ values: AlignedBuffer<Int64>, _ valid: Bitmap
  ) -> (count: Int, range: ColumnQuality.Range) {
    let found = keys(valid) { UInt64(bitPattern: values[$0]) ^ (1 << 63) }
    guard let found else { return (0, .none) }
    func value(_ key: UInt64) -> Int64 { Int64(bitPattern: key ^ (1 << 63)) }
    return (found.count, .ints(value(found.least), value(found.greatest)))
  }

  static func days(
    _ values: AlignedBuffer<Int32>, _ valid: Bitmap
  ) -> (count: Int, range: ColumnQuality.Range) {
    let found = keys(valid) { UInt64(UInt32(bitPattern: values[$0]) ^ (1 << 31)) }
    guard let found else { return (0, .none) }
    func value(_ key: UInt64) -> Int32 { Int32(bitPattern: UInt32(key) ^ (1 << 31)) }
    return (found.count, .days(value(found.least), value(found.greatest)))
  }

  static func floats(
    _ values: AlignedBuffer<Double>, _ valid: Bitmap
  ) -> (count: Int, range: ColumnQuality.Range) {
    // Bits in the order of the numbers: all of them turned round for negative ones, else the sign's.
    let found = keys(valid) { row in
      let bits = values[row].bitPattern
      return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }
    guard let found else { return (0, .none) }
    func value(_ key: UInt64) -> Double {
      Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }
    return (found.count, .floats(value(found.least), value(found.greatest)))
  }

  private static func keys(
    _ valid: Bitmap, _ key: (Int) -> UInt64
  ) -> (count: Int, least: UInt64, greatest: UInt64)? {
    let count = valid.oneCount
    if count == 0 { return nil }
    let keys = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
    let scratch = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
    defer {
      keys.deallocate()
      scratch.deallocate()
    }
    var next = 0
    var least = UInt64.max
    var greatest: UInt64 = 0
    for row in 0..<valid.count where valid[row] {
      let value = key(row)
      least = min(least, value)
      greatest = max(greatest, value)
      keys[next] = value
      next += 1
    }
    for i in keys.indices { keys[i] &-= least }
    let span = greatest - least
    let sorted = KeySort.sort(
      keys, scratch: scratch, bitCount: UInt64.bitWidth - span.leadingZeroBitCount)
    var distinct = 1
    for i in 1..<count where sorted[i] != sorted[i - 1] { distinct += 1 }
    return (distinct, least, greatest)
  }
}
