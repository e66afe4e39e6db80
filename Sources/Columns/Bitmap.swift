import Kernels

/// One bit a row, in 64-bit words, least significant bit first; bits past `count` are zero.
///
/// Used for validity (1 = not null), for selections and for tags.
package struct Bitmap: Sendable, Equatable {
  /// Number of bits (rows).
  package let count: Int
  /// ⌈count / 64⌉ words.
  package let words: AlignedBuffer<UInt64>

  /// Takes words as they are; bits past `count` must be zero.
  package init(count: Int, words: AlignedBuffer<UInt64>) {
    precondition(words.count == Bitmap.wordCount(of: count), "a bitmap has ⌈count / 64⌉ words")
    precondition(
      count % 64 == 0 || words[words.count - 1] >> UInt64(count % 64) == 0,
      "bits past a bitmap's end are zero")
    self.count = count
    self.words = words
  }

  /// All bits equal.
  package init(repeating bit: Bool, count: Int) {
    let wordCount = Bitmap.wordCount(of: count)
    let words = AlignedBuffer<UInt64>(count: wordCount) { words in
      words.initialize(repeating: bit ? .max : 0)
      if bit && count % 64 != 0 { words[wordCount - 1] = (1 << UInt64(count % 64)) - 1 }
    }
    self.init(count: count, words: words)
  }

  /// Bit i is `predicate(i)`; built a word at a time.
  package init(count: Int, _ predicate: (Int) -> Bool) {
    let words = AlignedBuffer<UInt64>(count: Bitmap.wordCount(of: count)) { words in
      for w in words.indices {
        var word: UInt64 = 0
        for b in 0..<min(64, count - w * 64) where predicate(w * 64 + b) { word |= 1 << UInt64(b) }
        words[w] = word
      }
    }
    self.init(count: count, words: words)
  }

  /// Bit i is `predicate(i)`; chunks of rows, which are whole words, are asked side by side.
  package init(sideBySide count: Int, _ predicate: @Sendable (Int) -> Bool) {
    let words = AlignedBuffer<UInt64>(count: Bitmap.wordCount(of: count)) { words in
      // SAFETY: every chunk writes its own words.
      nonisolated(unsafe) let words = words
      Parallel.forEachChunk(of: count) { _, rows in
        for w in rows.lowerBound / 64..<Bitmap.wordCount(of: rows.upperBound) {
          var word: UInt64 = 0
          for b in 0..<min(64, count - w * 64) where predicate(w * 64 + b) {
            word |= 1 << UInt64(b)
          }
          words[w] = word
        }
      }
    }
    self.init(count: count, words: words)
  }

  package init(_ bits: [Bool]) {
    self.init(count: bits.count) { bits[$0] }
  }

  /// Words for so many bits.
  package static func wordCount(of count: Int) -> Int { (count + 63) / 64 }

  /// The bit of a row.
  @inlinable
  package subscript(row: Int) -> Bool {
    precondition(row >= 0 && row < count, "bitmap row out of range")
    return (words.base[row >> 6] >> UInt64(row & 63)) & 1 != 0
  }

  /// Number of ones.
  package var oneCount: Int {
    var total = 0
    for word in words.pointer { total += word.nonzeroBitCount }
    return total
  }

  package static func == (a: Bitmap, b: Bitmap) -> Bool {
    a.count == b.count && a.words.pointer.elementsEqual(b.words.pointer)
  }
}
