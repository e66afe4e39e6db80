import Columns
import Synchronization

/// The strings that a string expression's codes point at, known when the expression is bound.
///
/// A dictionary column gives its dictionary; a text column gives its own rows, so that a row's code is its
/// number and equal strings may have different codes.
final class StringSource: Sendable {
  let table: StringTable
  /// Whether equal strings have equal codes.
  let isDistinct: Bool
  private let cachedRanks = Mutex<[UInt32]?>(nil)

  init(_ table: StringTable, isDistinct: Bool) {
    self.table = table
    self.isDistinct = isDistinct
  }

  /// One string, code 0.
  convenience init(constant: String) { self.init(StringTable([constant]), isDistinct: true) }

  /// Byte order of two codes' strings: −1, 0 or 1.
  func order(_ a: Int, _ b: Int) -> Int { compareBytes(table.utf8(at: a), table.utf8(at: b)) }

  /// For each code its place in byte order; equal strings have equal ranks. Computed once, on first use.
  var ranks: [UInt32] {
    cachedRanks.withLock { cached in
      if let cached { return cached }
      let sorted = (0..<table.count).sorted { order($0, $1) < 0 }
      var ranks = [UInt32](repeating: 0, count: table.count)
      var rank: UInt32 = 0
      for (i, code) in sorted.enumerated() {
        if i > 0, order(sorted[i - 1], code) != 0 { rank = UInt32(i) }
        ranks[code] = rank
      }
      cached = ranks
      return ranks
    }
  }
}

/// Order of two byte strings, as memcmp and then by length: −1, 0 or 1.
func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
  let count = min(a.count, b.count)
  var i = 0
  while i < count {
    if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
    i += 1
  }
  return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
}
