#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Kernels

/// The customers and rows of one range of ids. Used by one worker at a time.
final class Partition {
  let layout: RowLayout
  private(set) var table: InternTable
  private var keyCapacity: Int
  private var tailCapacity: Int
  private(set) var totals = RowTotals()
  /// Rows in memory: packed, or wide when the layout says so.
  var segments: [RowSegment] = []
  var segmentCapacity = 0
  /// Rows of a packed layout that did not fit 64 bits, two words each.
  private(set) var misfits: [UInt64] = []
  /// Rows in the spill file.
  var extents: [SpillExtent] = []
  private(set) var rowCount = 0

  /// Set by `sortCustomers`: the codes in id order, and each code's place in it.
  private(set) var order: UnsafeMutablePointer<UInt32>?
  private(set) var rank: UnsafeMutablePointer<UInt32>?

  static let segmentWordCount = 4096

  init(layout: RowLayout) {
    self.layout = layout
    keyCapacity = 0
    tailCapacity = 0
    let slots = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
    slots.initialize(repeating: 0, count: 256)
    table = InternTable(
      slots: slots, slotMask: 255, keys: Partition.grown(nil, to: 1), count: 0,
      tails: Partition.grown(nil, to: 1), tailCount: 0)
  }

  deinit {
    table.slots.deallocate()
    free(table.keys)
    free(table.tails)
    order?.deallocate()
    rank?.deallocate()
  }

  var customerCount: Int { table.count }
  var hasLongIDs: Bool { table.tailCount > 0 }
  /// Bytes of ids and hash table, which stay in memory.
  var tableByteCount: Int { (table.slotMask + 1) * 4 + keyCapacity * 16 + tailCapacity * 8 }

  /// Gives the records' customers codes and keeps the rows.
  func take(_ records: RowSegment, _ memory: RowMemory) {
    if records.wordCount == 0 { return }
    let recordLimit = records.wordCount / (layout.fixedWordCount + 1)
    makeRoom(ids: recordLimit, tailWords: records.wordCount)
    switch layout.kind {
    case .packed(let scale):
      let out = room(words: recordLimit, memory)
      let added = internPackedRecords(
        records.words, wordCount: records.wordCount, table: &table, totals: &totals, scale: scale,
        packed: out, wide: memory.misfits)
      segments[segments.count - 1].wordCount += added.packed
      if added.wide > 0 {
        misfits.append(
          contentsOf: UnsafeBufferPointer(start: memory.misfits, count: 2 * added.wide))
      }
      rowCount += added.packed + added.wide
    case .wide(let hasOrder):
      let out = room(words: records.wordCount, memory)
      let added = internWideRecords(
        records.words, wordCount: records.wordCount, fixedWordCount: layout.fixedWordCount,
        hasOrder: hasOrder, table: &table, totals: &totals, wide: out)
      segments[segments.count - 1].wordCount += added * layout.fixedWordCount
      rowCount += added
    }
  }

  /// Gives the customers of compact records codes and keeps the rows.
  func takeCompact(_ records: RowSegment, prefix: CompactPrefix, _ memory: RowMemory) {
    guard case .packed(let scale) = layout.kind else {
      preconditionFailure("compact records are of a packed layout")
    }
    let count = records.wordCount / CompactRecord.wordCount
    if count == 0 { return }
    if table.count + count > PackedRow.codeLimit {
      // So many customers here that codes do not fit packed rows: the general way sees to it.
      let wordCount = widenCompactRecords(
        records.words, count: count, prefix: prefix.word, prefixByteCount: prefix.byteCount,
        scale: scale, general: memory.widened)
      take(RowSegment(words: memory.widened, wordCount: wordCount), memory)
      return
    }
    makeRoom(ids: count, tailWords: 0)
    let out = room(words: count, memory)
    internCompactRecords(
      records.words, count: count, prefix: prefix.word, prefixByteCount: prefix.byteCount,
      table: &table, totals: &totals, scale: scale, packed: out)
    segments[segments.count - 1].wordCount += count
    rowCount += count
  }

  /// Where the next rows go: room for `words`.
  private func room(words: Int, _ memory: RowMemory) -> UnsafeMutablePointer<UInt64> {
    if let last = segments.last, Partition.segmentWordCount - last.wordCount >= words {
      return last.words + last.wordCount
    }
    let segment = memory.slabs.take()
    segments.append(RowSegment(words: segment, wordCount: 0))
    return segment
  }

  private func makeRoom(ids: Int, tailWords: Int) {
    let count = table.count + ids
    if count > keyCapacity {
      keyCapacity = max(2 * keyCapacity, count)
      table.keys = Partition.grown(table.keys, to: 2 * keyCapacity)
    }
    if table.tailCount + tailWords > tailCapacity {
      tailCapacity = max(2 * tailCapacity, table.tailCount + tailWords)
      table.tails = Partition.grown(table.tails, to: tailCapacity)
    }
    if 2 * count > table.slotMask + 1 { growSlots(for: count) }
  }

  private func growSlots(for count: Int) {
    var slotCount = table.slotMask + 1
    while 2 * count > slotCount { slotCount *= 2 }
    table.slots.deallocate()
    table.slots = .allocate(capacity: slotCount)
    table.slots.initialize(repeating: 0, count: slotCount)
    table.slotMask = slotCount - 1
    for code in 0..<table.count {
      let first = table.keys[2 * code]
      // A longer id is placed by its hash alone.
      let second = first >> 56 == 0 ? 0 : table.keys[2 * code + 1]
      var slot = InternTable.hash(first, second) & table.slotMask
      while table.slots[slot] != 0 { slot = (slot + 1) & table.slotMask }
      table.slots[slot] = UInt32(code + 1)
    }
  }

  private static func grown(
    _ words: UnsafeMutablePointer<UInt64>?, to count: Int
  ) -> UnsafeMutablePointer<UInt64> {
    guard let raw = realloc(words, count * 8) else {
      preconditionFailure("out of memory: \(count * 8) bytes")
    }
    return raw.bindMemory(to: UInt64.self, capacity: count)
  }

  // MARK: Ids in order

  /// Finds the order of the ids and gives up the hash table.
  func sortCustomers() {
    let count = table.count
    let order = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, count))
    let rank = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, count))
    if hasLongIDs {
      for i in 0..<count { order[i] = UInt32(i) }
      var codes = UnsafeMutableBufferPointer(start: order, count: count)
      codes.sort { isBefore(Int($0), Int($1)) }
    } else {
      sortShortIDs(table.keys, count: count, order: order)
    }
    for i in 0..<count { rank[Int(order[i])] = UInt32(i) }
    self.order = order
    self.rank = rank
    table.slots.deallocate()
    table.slots = .allocate(capacity: 1)
    table.slotMask = 0
  }

  /// The id of a code as big-endian words, the last padded with zeros.
  func words(ofCode code: Int) -> UnsafeBufferPointer<UInt64> {
    let key = table.keys + 2 * code
    if key[0] >> 56 == 0 {
      let tail = table.tails + Int(key[1])
      return UnsafeBufferPointer(start: tail + 1, count: Int(tail[0]))
    }
    return UnsafeBufferPointer(start: key, count: key[1] == 0 ? 1 : 2)
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    let left = words(ofCode: a)
    let right = words(ofCode: b)
    for i in 0..<min(left.count, right.count) where left[i] != right[i] {
      return left[i] < right[i]
    }
    return left.count < right.count
  }

  /// Bytes of the id of a code.
  func byteCount(ofCode code: Int) -> Int {
    let words = words(ofCode: code)
    return words.count * 8 - words[words.count - 1].trailingZeroBitCount / 8
  }

  /// Forgets the rows; their memory belongs to the slabs.
  func dropRows() {
    segments = []
    misfits = []
  }
}

/// The bytes that all compact records' ids start with.
struct CompactPrefix {
  /// Big-endian.
  var word: UInt64
  var byteCount: Int
}

/// How rows are kept between scan and table.
struct RowLayout {
  enum Kind {
    /// 64 bits; amounts are multiples of `scale`, or wide.
    case packed(scale: Int64)
    case wide(hasOrder: Bool)
  }
  var kind: Kind
  /// Words of a record before its id; words of a wide row.
  var fixedWordCount: Int
  var keptCount: Int

  /// Words of a row in its segment.
  var rowWordCount: Int {
    switch kind {
    case .packed: 1
    case .wide: fixedWordCount
    }
  }
}

/// A run of rows in the spill file.
struct SpillExtent {
  var offset: Int
  var wordCount: Int
}
