/// A growing run of bytes with fast writers for the values that exports and replies are made of.
///
/// Owned by one task at a time. `clear()` keeps the memory, so that a writer can be used for chunk after chunk
/// without touching fresh pages.
///
///     var writer = ByteWriter()
///     writer.append(integer: -42)
///     writer.append(byte: 0x2C)
///     writer.append(money: 123_000)   // "-42,12.30"
package struct ByteWriter: ~Copyable {
  // SAFETY: `base` holds `capacity` bytes, of which the first `count` are initialised; every writer calls
  // `reserve` for the most it can write before it stores. Unchecked stores here are worth about 3 times on
  // exports (one capacity check a field instead of one a byte).
  @usableFromInline private(set) var base: UnsafeMutablePointer<UInt8>
  @usableFromInline private(set) var capacity: Int

  /// Bytes written so far.
  package private(set) var count = 0

  package init(capacity: Int = 4_096) {
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// What was written, valid until the next write.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// A copy of what was written.
  package var array: [UInt8] { Array(bytes) }

  /// Forgets what was written and keeps the memory.
  package mutating func clear() { count = 0 }

  /// Makes room for `byteCount` more bytes.
  @inline(__always)
  package mutating func reserve(_ byteCount: Int) {
    if capacity - count < byteCount { grow(byteCount) }
  }

  @inline(never)
  private mutating func grow(_ byteCount: Int) {
    let newCapacity = max(capacity * 2, count + byteCount)
    let newBase = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    newBase.update(from: base, count: count)
    base.deallocate()
    base = newBase
    capacity = newCapacity
  }

  package mutating func append(byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  package mutating func append(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).update(from: start, count: bytes.count)
    count += bytes.count
  }

  package mutating func append(_ string: String) {
    var string = string
    string.withUTF8 { append(utf8: $0) }
  }

  /// Decimal digits of an integer.
  package mutating func append(integer value: Int64) {
    reserve(20)
    if value < 0 {
      base[count] = 0x2D
      count += 1
    }
    appendDigits(value.magnitude)
  }

  /// An amount in units of 10⁻⁴ with two to four decimals: `12.30`, `0.0001`, `-5.00`.
  package mutating func append(money units: Int64) {
    reserve(26)
    if units < 0 {
      base[count] = 0x2D
      count += 1
    }
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: 10_000)
    appendDigits(whole)
    base[count] = 0x2E
    let high = Int(fraction / 100)
    let low = Int(fraction % 100)
    storePair(high, at: count + 1)
    count += 3
    if low != 0 {
      storePair(low, at: count)
      count += low % 10 == 0 ? 1 : 2
    }
  }

  /// A civil date as `YYYY-MM-DD`, for the years 0 to 9999.
  package mutating func append(year: Int, month: Int, day: Int) {
    reserve(10)
    storePair(year / 100, at: count)
    storePair(year % 100, at: count + 2)
    base[count + 4] = 0x2D
    storePair(month, at: count + 5)
    base[count + 7] = 0x2D
    storePair(day, at: count + 8)
    count += 10
  }

  /// The shortest decimal text that reads back as the same number; not for NaN and infinities.
  package mutating func append(number value: Double) {
    if value.magnitude < 0x1p53, value == value.rounded() {
      append(integer: Int64(value))
      append(byte: 0x2E)
      append(byte: 0x30)
    } else {
      append(value.description)
    }
  }

  /// As `append(number:)`, shortest for a Float.
  package mutating func append(number value: Float) {
    if value.magnitude < 0x1p24, value == value.rounded() {
      append(integer: Int64(value))
      append(byte: 0x2E)
      append(byte: 0x30)
    } else {
      append(value.description)
    }
  }

  /// Room for 20 bytes was reserved.
  @inline(__always)
  private mutating func appendDigits(_ value: UInt64) {
    var rest = value
    let end = count + ByteWriter.digitCount(value)
    var at = end
    while rest >= 100 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      at -= 2
      storePair(Int(pair), at: at)
      rest = quotient
    }
    if rest >= 10 {
      storePair(Int(rest), at: at - 2)
    } else {
      base[at - 1] = 0x30 + UInt8(truncatingIfNeeded: rest)
    }
    count = end
  }

  @inline(__always)
  private func storePair(_ pair: Int, at index: Int) {
    let tens = (pair &* 103) >> 10
    base[index] = 0x30 + UInt8(truncatingIfNeeded: tens)
    base[index + 1] = 0x30 + UInt8(truncatingIfNeeded: pair &- tens &* 10)
  }

  @inline(__always)
  private static func digitCount(_ value: UInt64) -> Int {
    if value < 10 { return 1 }
    if value < 100 { return 2 }
    if value < 1_000 { return 3 }
    if value < 10_000 { return 4 }
    if value < 100_000 { return 5 }
    if value < 1_000_000 { return 6 }
    var count = 7
    var rest = value / 10_000_000
    while rest > 0 {
      count += 1
      rest /= 10
    }
    return count
  }
}
