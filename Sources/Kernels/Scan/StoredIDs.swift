/// The ids of a store in byte order, compared with big-endian words eight bytes at a time.
package struct StoredIDs: @unchecked Sendable {
  // SAFETY: the owner keeps what these point to for as long as this, and nobody changes it.
  package let count: Int
  private let offsets: UnsafePointer<UInt32>
  private let bytes: UnsafeRawPointer
  private let byteCount: Int
  /// The index of each id in byte order; nil where they stand so.
  private let order: UnsafePointer<UInt32>?

  /// - Parameter offsets: one more than there are ids.
  package init(
    offsets: UnsafeBufferPointer<UInt32>, bytes: UnsafeBufferPointer<UInt8>,
    order: UnsafeBufferPointer<UInt32>?
  ) {
    precondition(offsets.count >= 1 && (order == nil || order!.count == offsets.count - 1))
    count = offsets.count - 1
    self.offsets = offsets.baseAddress!
    self.bytes = UnsafeRawPointer(bytes.baseAddress!)
    byteCount = bytes.count
    self.order = order?.baseAddress
  }

  /// −1, 0, 1: the id at a place against the words of another, whose last is padded with zeros.
  @inline(__always)
  package func compare(_ place: Int, _ words: UnsafeBufferPointer<UInt64>) -> Int {
    let index = order.map { Int($0[place]) } ?? place
    var start = Int(offsets[index])
    let end = Int(offsets[index &+ 1])
    for word in words {
      let own = self.word(start, end)
      if own != word { return own < word ? -1 : 1 }
      start &+= 8
    }
    return end > start ? 1 : 0
  }

  /// The bytes `start..<end`, the first eight of them, as a big-endian word padded with zeros.
  @inline(__always)
  private func word(_ start: Int, _ end: Int) -> UInt64 {
    let count = end &- start
    if count <= 0 { return 0 }
    if start &+ 8 <= byteCount {
      let word = UInt64(
        bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      return count >= 8
        ? word : word & (UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
    }
    var word: UInt64 = 0
    for i in 0..<8 {
      let byte = i < count ? bytes.load(fromByteOffset: start + i, as: UInt8.self) : 0
      word = word << 8 | UInt64(byte)
    }
    return word
  }

  /// The first place from `known` on whose id is not before the words; places before `known` are.
  @inline(__always)
  func lowerBound(_ words: UnsafeBufferPointer<UInt64>, from known: Int) -> Int {
    // Nearby more likely than far off: in steps that double, then by halves.
    var low = known
    var high = known
    var step = 1
    while high < count, compare(high, words) < 0 {
      low = high &+ 1
      high = low &+ step
      step &*= 2
    }
    high = min(high, count)
    while low < high {
      let middle = (low &+ high) / 2
      if compare(middle, words) < 0 { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}

/// Stands for an id that the store does not have.
package let unknownPlace = UInt32.max

/// Finds ids, in byte order and each once, among a store's: `places` gets the place of each in the store's byte order,
/// or `unknownPlace`. `keys` has two words an id: its own, big-endian and padded with zeros, or for one longer than
/// 16 bytes 0 and where in `tails` the number of its words stands, and they behind it.
///
/// Both are walked along side by side. Ids are running numbers more often than not: an id that is n more than the
/// last one found is looked for n places further on first.
package func findSortedIDs(
  keys: UnsafePointer<UInt64>, tails: UnsafePointer<UInt64>, count: Int, in ids: StoredIDs,
  places: UnsafeMutablePointer<UInt32>
) {
  var known = 0
  var last: (number: UInt64, place: Int)?
  // Guesses in a row that were wrong: of other ids each is a look at a far place for nothing.
  var missCount = 0
  for i in 0..<count {
    let words = idWords(keys + 2 &* i, tails: tails)
    let number = runningNumber(words)
    if let last, missCount < 64 {
      let guess = last.place &+ Int(truncatingIfNeeded: number &- last.number)
      if guess >= known, guess < ids.count, ids.compare(guess, words) == 0 {
        places[i] = UInt32(truncatingIfNeeded: guess)
        known = guess &+ 1
        missCount = 0
        continue
      }
      missCount &+= 1
    }
    known = ids.lowerBound(words, from: known)
    if known < ids.count, ids.compare(known, words) == 0 {
      places[i] = UInt32(truncatingIfNeeded: known)
      last = (number, known)
      known &+= 1
    } else {
      places[i] = unknownPlace
    }
  }
}

/// The words of the id whose two key words stand at a place.
@inline(__always)
package func idWords(
  _ key: UnsafePointer<UInt64>, tails: UnsafePointer<UInt64>
) -> UnsafeBufferPointer<UInt64> {
  if key[0] &>> 56 == 0 {
    let tail = tails + Int(truncatingIfNeeded: key[1])
    return UnsafeBufferPointer(start: tail + 1, count: Int(truncatingIfNeeded: tail[0]))
  }
  return UnsafeBufferPointer(start: key, count: key[1] == 0 ? 1 : 2)
}

/// What the last eight bytes of an id of up to 16 say as decimal digits: of two ids that differ in digits there, the
/// difference is theirs. Other bytes count for something or other.
@inline(__always)
private func runningNumber(_ words: UnsafeBufferPointer<UInt64>) -> UInt64 {
  // Shifts that may be of all 64 bits, and then give 0.
  var digits = words[0]
  if words.count == 2 {
    let padding = UInt64(words[1].trailingZeroBitCount & ~7)
    digits = digits << (64 &- padding) | words[1] >> padding
  } else {
    digits = digits >> UInt64(digits.trailingZeroBitCount & ~7)
  }
  digits = digits.byteSwapped & 0x0F0F_0F0F_0F0F_0F0F
  digits = digits &* 10 &+ digits &>> 8
  let high = (digits & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
  let low = ((digits &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
  return (high &+ low) &>> 32
}
