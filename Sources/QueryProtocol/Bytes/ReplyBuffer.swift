#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Growing bytes that replies are written into: one an event loop or worker, emptied and used again.
///
/// Appending costs a bounds check and a copy; no array header, uniqueness check or zeroing stands between a
/// column and the reply. Whoever writes for a client bounds what it writes: the buffer itself grows on.
package struct ReplyBuffer: ~Copyable {
  // SAFETY: single owner; `base` holds `capacity` bytes of malloc memory, of which the first `count` are
  // initialised; only `grow` and `deinit` free it.
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Bytes written.
  package private(set) var count = 0

  package init(capacity: Int = 4096) {
    self.capacity = max(64, capacity)
    base = ReplyBuffer.allocate(self.capacity)
  }

  deinit { free(base) }

  private static func allocate(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
    guard let raw = malloc(byteCount) else {
      preconditionFailure("out of memory: \(byteCount) bytes")
    }
    return raw.bindMemory(to: UInt8.self, capacity: byteCount)
  }

  @inline(never)
  private mutating func grow(toHold needed: Int) {
    let newCapacity = max(needed, capacity * 2)
    let fresh = ReplyBuffer.allocate(newCapacity)
    fresh.update(from: base, count: count)
    free(base)
    base = fresh
    capacity = newCapacity
  }

  /// Makes room for `byteCount` more bytes and says where they go; `advance(by:)` takes them in.
  @inline(__always)
  mutating func reserve(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
    if count + byteCount > capacity { grow(toHold: count + byteCount) }
    return base + count
  }

  /// Counts in bytes that were written after `reserve`.
  @inline(__always)
  mutating func advance(by byteCount: Int) {
    precondition(count + byteCount <= capacity, "a reply buffer is written where it was reserved")
    count += byteCount
  }

  @inline(__always)
  package mutating func append(_ byte: UInt8) {
    reserve(1)[0] = byte
    count += 1
  }

  @inline(__always)
  package mutating func append(_ text: StaticString) {
    append(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(start: $0.baseAddress, count: $0.count) }
  }

  package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    append(start: bytes.baseAddress, count: bytes.count)
  }

  package mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(start: $0.baseAddress, count: $0.count) }
  }

  @inline(__always)
  mutating func append(start: UnsafePointer<UInt8>?, count byteCount: Int) {
    guard let start, byteCount > 0 else { return }
    reserve(byteCount).update(from: start, count: byteCount)
    count += byteCount
  }

  /// Takes back everything past `count` bytes.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "a reply buffer is only cut shorter")
    self.count = count
  }

  /// Empties the buffer; memory past `keeping` bytes goes back to the system.
  package mutating func removeAll(keeping: Int) {
    count = 0
    if capacity > max(64, keeping) {
      free(base)
      capacity = max(64, keeping)
      base = ReplyBuffer.allocate(capacity)
    }
  }

  /// Leaves room for a header of `byteCount` bytes whose text is known only when its body stands.
  mutating func skip(_ byteCount: Int) {
    _ = reserve(byteCount)
    count += byteCount
  }

  /// Puts `$N CR LF` before the body that starts `gap` bytes after `mark`, and CR LF behind it; the body moves
  /// when the header is not as long as the gap.
  mutating func finishBulk(from mark: Int, gap: Int) {
    let bodyCount = count - mark - gap
    let digitCount = decimalDigitCount(UInt64(bodyCount))
    let headerCount = digitCount + 3
    if headerCount != gap {
      if headerCount > gap { _ = reserve(headerCount - gap) }
      memmove(base + mark + headerCount, base + mark + gap, bodyCount)
      count = mark + headerCount + bodyCount
    }
    base[mark] = UInt8(ascii: "$")
    writeDecimal(UInt64(bodyCount), digitCount: digitCount, to: base + mark + 1)
    base[mark + 1 + digitCount] = 0x0D
    base[mark + 2 + digitCount] = 0x0A
    let end = reserve(2)
    end[0] = 0x0D
    end[1] = 0x0A
    count += 2
  }

  /// The bytes written, for as long as the buffer is borrowed.
  package var span: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let span = Span(_unsafeStart: UnsafePointer(base), count: count)
      return _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes written, for a copy into another buffer.
  package borrowing func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A copy as an array; for tests and replies that change threads.
  package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
