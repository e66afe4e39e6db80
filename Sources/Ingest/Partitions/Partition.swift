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
  /// Of the rows that are not packed; of those too, after `sortCustomers`.
  var totals = RowTotals()
  /// Rows in memory: packed, or wide when the layout says so.
  var segments: [RowSegment] = []
  /// Packed rows whose codes the ids name themselves.
  var directSegments: [RowSegment] = []
  /// Rows of a packed layout that did not fit 64 bits, wide.
  private(set) var misfits: [UInt64] = []
  /// Rows in the spill file.
  var extents: [SpillExtent] = []
  private(set) var rowCount = 0
  /// The direct codes and this partition's number there; codes given as ids come follow after them.
  let direct: (ranges: DirectRanges, number: Int)?
  let firstTableCode: Int
  /// Set by `sortCustomers`.
  var customers: PartitionCustomers?

  static let segmentWordCount = 4096

  init(layout: RowLayout, number: Int, direct: DirectRanges?) {
    self.layout = layout
    self.direct = direct.map { ($0, number) }
    firstTableCode = direct?.codeCounts[number] ?? 0
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
  }

  /// Number of customers, known once they are sorted.
  var customerCount: Int { customers?.count ?? 0 }
  /// Codes that rows can have: of packed rows and wide ones alike.
  var codeCount: Int { firstTableCode + table.count }

  /// Keeps rows with direct codes. Small pieces go where the last one has room; what that frees is given back.
  func takeDirect(_ records: [RowSegment], _ freed: inout [UnsafeMutablePointer<UInt64>]) {
    for segment in records where segment.wordCount > 0 {
      rowCount += segment.wordCount / layout.rowWordCount
      if let last = directSegments.last,
        last.wordCount + segment.wordCount
          <= DirectSegment.wordCount(rowWordCount: layout.rowWordCount)
      {
        (last.words + last.wordCount).update(from: segment.words, count: segment.wordCount)
        directSegments[directSegments.count - 1].wordCount += segment.wordCount
        freed.append(segment.words - layout.rowWordCount)
      } else if let last = directSegments.last, last.wordCount < segment.wordCount {
        // The fuller one first, so that the last keeps having room.
        directSegments[directSegments.count - 1] = segment
        directSegments.append(last)
      } else {
        directSegments.append(segment)
      }
    }
  }

  /// Gives the records' customers codes and keeps the rows.
  func take(_ records: RowSegment, _ memory: RowMemory) {
    if records.wordCount == 0 { return }
    let recordLimit = records.wordCount / (layout.fixedWordCount + 1)
    makeRoom(ids: recordLimit, tailWords: records.wordCount)
    switch layout.kind {
    case .packed(let scale):
      let out = room(words: recordLimit * layout.rowWordCount, memory)
      let added = internPackedRecords(
        records.words, wordCount: records.wordCount, direct: direct?.ranges.codes,
        firstCode: UInt32(firstTableCode), hasOrder: layout.hasOrder, table: &table,
        totals: &totals, scale: scale, packed: out, wide: memory.misfits)
      segments[segments.count - 1].wordCount += added.packed * layout.rowWordCount
      if added.wide > 0 {
        misfits.append(
          contentsOf: UnsafeBufferPointer(
            start: memory.misfits, count: layout.fixedWordCount * added.wide))
      }
      rowCount += added.packed + added.wide
    case .wide:
      let out = room(words: records.wordCount, memory)
      let added = internWideRecords(
        records.words, wordCount: records.wordCount, fixedWordCount: layout.fixedWordCount,
        hasOrder: layout.hasOrder, table: &table, totals: &totals, wide: out)
      segments[segments.count - 1].wordCount += added * layout.fixedWordCount
      rowCount += added
    }
  }

  /// Gives the customers of compact records codes and keeps the rows.
  func takeCompact(_ records: RowSegment, prefix: CompactPrefix, _ memory: RowMemory) {
    guard case .packed(let scale) = layout.kind, direct == nil, !layout.hasOrder else {
      preconditionFailure("compact records are of a packed layout without direct codes")
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
      table: &table, packed: out)
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

  /// The codes of the table in the order of their ids; gives up the hash table.
  func sortedTableCodes() -> [UInt32] {
    table.slots.deallocate()
    table.slots = .allocate(capacity: 1)
    table.slotMask = 0
    var codes = (0..<UInt32(table.count)).map { $0 }
    if table.tailCount > 0 {
      codes.sort {
        Partition.isBefore(words(ofTableCode: Int($0)), words(ofTableCode: Int($1)))
      }
    } else {
      codes.withUnsafeMutableBufferPointer { codes in
        if let base = codes.baseAddress {
          sortShortIDs(table.keys, count: table.count, order: base)
        }
      }
    }
    return codes
  }

  /// The id of a code of the table as big-endian words, the last padded with zeros.
  func words(ofTableCode code: Int) -> UnsafeBufferPointer<UInt64> {
    Partition.words(atKey: table.keys + 2 * code, tails: table.tails)
  }

  /// The id whose two key words stand at a place.
  static func words(
    atKey key: UnsafePointer<UInt64>, tails: UnsafePointer<UInt64>
  ) -> UnsafeBufferPointer<UInt64> {
    if key[0] >> 56 == 0 {
      let tail = tails + Int(key[1])
      return UnsafeBufferPointer(start: tail + 1, count: Int(tail[0]))
    }
    return UnsafeBufferPointer(start: key, count: key[1] == 0 ? 1 : 2)
  }

  static func isBefore(
    _ left: UnsafeBufferPointer<UInt64>, _ right: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    for i in 0..<min(left.count, right.count) where left[i] != right[i] {
      return left[i] < right[i]
    }
    return left.count < right.count
  }

  /// Forgets the rows; their memory belongs to the slabs.
  func dropRows() {
    segments = []
    directSegments = []
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
    /// 64 bits, and the order's hash; amounts are multiples of `scale`, or the row is wide.
    case packed(scale: Int64)
    case wide
  }
  var kind: Kind
  var hasOrder: Bool
  /// Words of a record before its id; words of a wide row.
  var fixedWordCount: Int
  var keptCount: Int

  var isPacked: Bool {
    if case .packed = kind { true } else { false }
  }

  /// Words of a row in its segment.
  var rowWordCount: Int {
    switch kind {
    case .packed: hasOrder ? 2 : 1
    case .wide: fixedWordCount
    }
  }
}

/// A run of rows in the spill file.
struct SpillExtent {
  var offset: Int
  var wordCount: Int
}
