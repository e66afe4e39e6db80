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
  // `reserve` for the most it can write before it stores. Unchecked stores are worth about 3 times here.
  private(set) var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int

  /// Bytes written so far.
  package internal(set) var count = 0

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
    reserve(28)
    count = putInteger(value, at: base + count) - base
  }

  /// An amount in units of 10⁻⁴ with two to four decimals: `12.30`, `0.0001`, `-5.00`.
  package mutating func append(money units: Int64) {
    reserve(34)
    count = putMoney(units, at: base + count) - base
  }

  /// A day number as `YYYY-MM-DD`; years outside 0…9999 are clamped to them.
  package mutating func append(day: Int32) {
    reserve(10)
    let clamped = min(max(day, fourDigitDays.lowerBound), fourDigitDays.upperBound - 1)
    count = putDay(clamped, at: base + count) - base
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
}
