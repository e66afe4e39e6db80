import Columns
import Kernels

/// Counts distinct values: whole numbers, float keys and codes, or strings by their bytes.
///
/// Values are put into parts by their hash, on all cores; each part then fits a hash table in the cache. Exact: values
/// of one hash are compared. Cost: about 20 ns a value and core, and for strings their bytes twice; memory: 16 bytes a
/// value.
struct DistinctCount {
  private struct Entry {
    var hash: UInt64
    var word: Int64
  }

  /// Whose strings the words are codes of, where equal strings may have different codes.
  private let strings: StringSource?
  private let control: QueryControl

  init(_ strings: StringSource?, _ control: QueryControl) {
    self.strings = strings.flatMap { $0.isDistinct ? nil : $0 }
    self.control = control
  }

  /// Values of a part, about.
  private static let partValueCount = 8_192
  private static let partCountMax = 4_096

  /// The number of distinct values; looks at the deadline on the way.
  func count(_ words: UnsafeBufferPointer<Int64>) throws(QueryError) -> Int64 {
    try control.checkMemory(
      24 * words.count, "count(DISTINCT …)", "filter with WHERE, or raise the limit")
    var bits = 0
    while bits < 12, words.count >> bits > DistinctCount.partValueCount { bits += 1 }
    let partCount = 1 << bits
    let chunkCount = Parallel.chunkCount(of: words.count)
    var places = [Int](repeating: 0, count: chunkCount * partCount)
    try forEachChunk(words, &places, partCount) { hash, _, places in
      places[Int(hash >> 40) & (partCount - 1)] += 1
    }
    // Where each part begins, and within it the values of each chunk.
    var starts = [Int](repeating: 0, count: partCount + 1)
    var place = 0
    for part in 0..<partCount {
      starts[part] = place
      for chunk in 0..<chunkCount {
        let count = places[chunk * partCount + part]
        places[chunk * partCount + part] = place
        place += count
      }
    }
    starts[partCount] = place
    let entries = UnsafeMutableBufferPointer<Entry>.allocate(capacity: max(1, words.count))
    defer { entries.deallocate() }
    try forEachChunk(words, &places, partCount) { hash, word, places in
      let part = Int(hash >> 40) & (partCount - 1)
      entries[places[part]] = Entry(hash: hash, word: word)
      places[part] += 1
    }
    return try sum(starts) { (part) throws(QueryError) in
      try distinct(UnsafeBufferPointer(rebasing: entries[starts[part]..<starts[part + 1]]))
    }
  }

  /// Gives `body` every value with its hash, and the counters of its chunk.
  private func forEachChunk(
    _ words: UnsafeBufferPointer<Int64>, _ places: inout [Int], _ partCount: Int,
    _ body: (UInt64, Int64, UnsafeMutableBufferPointer<Int>) -> Void
  ) throws(QueryError) {
    let first = FirstError()
    places.withUnsafeMutableBufferPointer { places in
      // SAFETY: every task has the counters of its own chunk.
      nonisolated(unsafe) let places = places
      nonisolated(unsafe) let words = words
      Parallel.forEachChunk(of: words.count) { chunk, rows in
        first.run(chunk) { () throws(QueryError) in
          let own = UnsafeMutableBufferPointer(
            rebasing: places[chunk * partCount..<(chunk + 1) * partCount])
          for i in rows {
            if i % QueryLimits.checkedCount == 0 { try control.check() }
            body(hash(words[i]), words[i], own)
          }
        }
      }
    }
    try first.rethrow()
  }

  private func sum(
    _ starts: [Int], _ count: (Int) throws(QueryError) -> Int64
  ) throws(QueryError) -> Int64 {
    var counts = [Int64](repeating: 0, count: starts.count - 1)
    let first = FirstError()
    counts.withUnsafeMutableBufferPointer { counts in
      // SAFETY: every task writes the count of its own part.
      nonisolated(unsafe) let counts = counts
      Parallel.perform(counts.count) { part in
        first.run(part) { () throws(QueryError) in counts[part] = try count(part) }
      }
    }
    try first.rethrow()
    return counts.reduce(0, +)
  }

  /// Open addressing with linear probing; the table grows with what is distinct.
  private func distinct(_ entries: UnsafeBufferPointer<Entry>) throws(QueryError) -> Int64 {
    // Number of an entry + 1, or 0.
    var slots = [UInt32](repeating: 0, count: 256)
    var found: [UInt32] = []
    for i in entries.indices {
      if i % QueryLimits.checkedCount == 0 { try control.check() }
      let mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: entries[i].hash) & mask
      while slots[slot] != 0, !isEqual(entries[Int(slots[slot]) - 1], entries[i]) {
        slot = (slot + 1) & mask
      }
      if slots[slot] != 0 { continue }
      slots[slot] = UInt32(i + 1)
      found.append(UInt32(i + 1))
      if found.count * 2 > slots.count {
        slots = .init(repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for number in found {
          var slot = Int(truncatingIfNeeded: entries[Int(number) - 1].hash) & mask
          while slots[slot] != 0 { slot = (slot + 1) & mask }
          slots[slot] = number
        }
      }
    }
    return Int64(found.count)
  }

  @inline(__always)
  private func isEqual(_ a: Entry, _ b: Entry) -> Bool {
    if a.hash != b.hash { return false }
    guard let strings else { return a.word == b.word }
    return a.word == b.word || strings.order(Int(a.word), Int(b.word)) == 0
  }

  /// Words are mixed as in MurmurHash3's end; of strings the bytes are, as in FNV-1a, before.
  @inline(__always)
  private func hash(_ word: Int64) -> UInt64 {
    var hash = UInt64(bitPattern: word)
    if let strings {
      hash = 0xCBF2_9CE4_8422_2325
      for byte in strings.table.utf8(at: Int(word)) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      }
    }
    hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ hash >> 33
  }
}
