import CXXHash

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Distinct strings of one task, numbered in the order they came.
final class CellStrings: @unchecked Sendable {
  // SAFETY: one task uses it, and the caller when that is done.
  private(set) var count = 0
  private(set) var byteCount = 0
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private var byteCapacity = 4_096
  /// `count + 1` offsets into the bytes.
  private(set) var offsets: UnsafeMutablePointer<UInt32>
  private var hashes: UnsafeMutablePointer<UInt64>
  private var capacity = 64
  /// A code + 1, or 0; twice as many as there is room for strings.
  private var slots: UnsafeMutablePointer<UInt32>

  init() {
    bytes = .allocate(capacity: byteCapacity)
    offsets = .allocate(capacity: capacity + 1)
    offsets[0] = 0
    hashes = .allocate(capacity: capacity)
    slots = .allocate(capacity: 2 * capacity)
    slots.initialize(repeating: 0, count: 2 * capacity)
  }

  deinit {
    bytes.deallocate()
    offsets.deallocate()
    hashes.deallocate()
    slots.deallocate()
  }

  /// Whether there were more bytes than a column may have; the numbers given are no good then.
  private(set) var isFull = false

  /// The string's number.
  func code(of string: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let hash = XXH3_64bits(string.baseAddress, string.count)
    let mask = 2 &* capacity &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let code = Int(slots[slot]) &- 1
      if hashes[code] == hash, equals(code, string) { return UInt32(truncatingIfNeeded: code) }
      slot = (slot &+ 1) & mask
    }
    if byteCount + string.count > IngestLimits.keptColumnByteCount {
      isFull = true
      return 0
    }
    slots[slot] = UInt32(truncatingIfNeeded: count &+ 1)
    append(string, hash)
    return UInt32(truncatingIfNeeded: count &- 1)
  }

  @inline(__always)
  private func equals(_ code: Int, _ string: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(offsets[code])
    return Int(offsets[code + 1]) - start == string.count
      && (string.count == 0 || memcmp(bytes + start, string.baseAddress!, string.count) == 0)
  }

  private func append(_ string: UnsafeBufferPointer<UInt8>, _ hash: UInt64) {
    if byteCount + string.count > byteCapacity {
      byteCapacity = 2 * (byteCount + string.count)
      bytes = CellStrings.larger(bytes, byteCount, byteCapacity)
    }
    if let start = string.baseAddress {
      (bytes + byteCount).update(from: start, count: string.count)
    }
    byteCount += string.count
    hashes[count] = hash
    count += 1
    offsets[count] = UInt32(byteCount)
    if count == capacity { grow() }
  }

  private func grow() {
    capacity *= 2
    offsets = CellStrings.larger(offsets, count + 1, capacity + 1)
    hashes = CellStrings.larger(hashes, count, capacity)
    slots.deallocate()
    slots = .allocate(capacity: 2 * capacity)
    slots.initialize(repeating: 0, count: 2 * capacity)
    let mask = 2 * capacity - 1
    for code in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[code]) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(code + 1)
    }
  }

  private static func larger<Element: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.update(from: old, count: count)
    old.deallocate()
    return new
  }
}
