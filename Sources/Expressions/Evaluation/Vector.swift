/// The values of an expression for some rows.
struct Vector: Sendable {
  enum Values: Sendable {
    /// Whole numbers, units of a decimal, days, or codes of strings.
    case integers([Int64])
    case floats([Double])
    /// 64 rows a word; where a row is null its bit is 0, and so are the bits past the end.
    case bits([UInt64])
  }

  let count: Int
  let values: Values
  /// 64 rows a word, 1 = not null; nil when no row is null. Bits past the end are 0.
  let validity: [UInt64]?

  init(_ count: Int, _ values: Values, validity: [UInt64]? = nil) {
    self.count = count
    self.values = values
    self.validity = validity
  }

  /// Traps unless the expression's type is an exact number, a day or a string.
  var integers: [Int64] {
    if case .integers(let values) = values { return values }
    preconditionFailure("the vector holds whole numbers")
  }

  var floats: [Double] {
    if case .floats(let values) = values { return values }
    preconditionFailure("the vector holds floats")
  }

  var bits: [UInt64] {
    if case .bits(let values) = values { return values }
    preconditionFailure("the vector holds bits")
  }

  @inline(__always)
  func isNull(_ i: Int) -> Bool {
    guard let validity else { return false }
    return (validity[i >> 6] >> UInt64(i & 63)) & 1 == 0
  }

  /// Every row null.
  static func nulls(_ count: Int, _ type: ValueType) -> Vector {
    let none = BitWords.zeros(count)
    switch type {
    case .bool, .null: return Vector(count, .bits(none), validity: none)
    case .float: return Vector(count, .floats(.init(repeating: 0, count: count)), validity: none)
    case .integer, .decimal, .day, .string:
      return Vector(count, .integers(.init(repeating: 0, count: count)), validity: none)
    }
  }
}

extension Array where Element: BitwiseCopyable {
  /// `count` elements that `fill` writes, every one of them.
  init(count: Int, fill: (UnsafeMutablePointer<Element>) -> Void) {
    self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let start = buffer.baseAddress { fill(start) }
      initializedCount = count
    }
  }
}

/// Words of 64 bits, one bit a row; bits past the end are 0.
enum BitWords {
  static func wordCount(_ count: Int) -> Int { (count + 63) / 64 }

  static func zeros(_ count: Int) -> [UInt64] { .init(repeating: 0, count: wordCount(count)) }

  static func ones(_ count: Int) -> [UInt64] {
    var words = [UInt64](repeating: .max, count: wordCount(count))
    if count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    return words
  }

  @inline(__always)
  static func and(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var out = a
    for i in out.indices { out[i] &= b[i] }
    return out
  }

  @inline(__always)
  static func or(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var out = a
    for i in out.indices { out[i] |= b[i] }
    return out
  }

  /// a and not b.
  @inline(__always)
  static func andNot(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var out = a
    for i in out.indices { out[i] &= ~b[i] }
    return out
  }

  /// Rows that are valid on both sides; nil stands for all.
  static func both(_ a: [UInt64]?, _ b: [UInt64]?) -> [UInt64]? {
    guard let a else { return b }
    guard let b else { return a }
    return and(a, b)
  }

  /// Bit i is `bit(i)`.
  @inline(__always)
  static func make(_ count: Int, _ bit: (Int) -> Bool) -> [UInt64] {
    var words = zeros(count)
    for w in words.indices {
      var word: UInt64 = 0
      let base = w * 64
      for b in 0..<min(64, count - base) { word |= (bit(base + b) ? 1 : 0) << UInt64(b) }
      words[w] = word
    }
    return words
  }

  @inline(__always)
  static func bit(_ words: [UInt64], _ i: Int) -> Bool {
    (words[i >> 6] >> UInt64(i & 63)) & 1 != 0
  }

  static func isZero(_ words: [UInt64]) -> Bool { words.allSatisfy { $0 == 0 } }
}
