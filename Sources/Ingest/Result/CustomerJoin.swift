import Columns
import Kernels

/// Gives every customer of the partitions its code: the one it has in the store, or the next one.
struct CustomerJoin {
  let newCustomers: StringTable
  let firstNewCode: Int
  let customerCount: Int
  /// Each partition's codes in id order; nil when there were no customers before, and codes just count up.
  let codes: [AlignedBuffer<UInt32>]?

  init(_ partitions: [Partition], existing: ExistingCustomers?) throws(IngestError) {
    // SAFETY: each task of the loop touches its own partition and its own entries.
    nonisolated(unsafe) let all = partitions
    let joined = UnsafeMutablePointer<JoinedPartition>.allocate(capacity: all.count)
    joined.initialize(repeating: JoinedPartition(), count: all.count)
    defer {
      joined.deinitialize(count: all.count)
      joined.deallocate()
    }
    nonisolated(unsafe) let results = joined
    Parallel.perform(all.count) { p in
      all[p].sortCustomers()
      results[p] = JoinedPartition(all[p], existing: existing)
    }
    firstNewCode = existing?.ids.count ?? 0
    var code = firstNewCode
    var byteCount = 0
    var firstCodes: [Int] = []
    var firstBytes: [Int] = []
    for p in all.indices {
      firstCodes.append(code)
      firstBytes.append(byteCount)
      code += joined[p].newCount
      byteCount += joined[p].newByteCount
    }
    if byteCount > Int(UInt32.max) || code > IngestLimits.customerCount {
      throw IngestError(
        .badData, "too many new customers for one batch",
        found: "\(code - firstNewCode) ids of \(byteCount) bytes",
        expected: "at most 4 GiB of ids", advice: "Ingest the files one by one")
    }
    let firstNewCode = self.firstNewCode
    let newCount = code - firstNewCode
    let offsets = AlignedBuffer<UInt32>(count: newCount + 1) { $0.initialize(repeating: 0) }
    let bytes = AlignedBuffer<UInt8>(count: byteCount) { _ in }
    // SAFETY: nobody else has the buffers yet; each task fills its own part of them.
    nonisolated(unsafe) let offset = UnsafeMutablePointer(mutating: offsets.pointer.baseAddress!)
    nonisolated(unsafe) let byte = UnsafeMutablePointer(mutating: bytes.pointer.baseAddress!)
    Parallel.perform(all.count) { p in
      results[p].write(
        all[p], offsets: offset + (firstCodes[p] - firstNewCode), bytes: byte,
        firstByte: firstBytes[p])
      results[p].number(from: firstCodes[p])
    }
    offset[newCount] = UInt32(byteCount)
    newCustomers = StringTable(offsets: offsets, bytes: bytes)
    customerCount = all.reduce(0) { $0 + $1.customerCount }
    codes = existing == nil ? nil : all.indices.map { joined[$0].codes! }
  }
}

/// The join of one partition's sorted ids with the store's.
private struct JoinedPartition {
  var newCount = 0
  var newByteCount = 0
  /// In id order; `unknown` until the new customers are numbered.
  var codes: AlignedBuffer<UInt32>?

  static let unknown = UInt32.max

  init() {}

  init(_ partition: Partition, existing: ExistingCustomers?) {
    let count = partition.customerCount
    let order = partition.order!
    guard let existing, count > 0 else {
      newCount = count
      for code in 0..<count { newByteCount += partition.byteCount(ofCode: code) }
      return
    }
    // Both are sorted: start at this partition's first id and walk along.
    var known = JoinedPartition.lowerBound(
      existing.ids, partition.words(ofCode: Int(order[0])))
    var newCount = 0
    var newByteCount = 0
    codes = AlignedBuffer(count: count) { codes in
      for i in 0..<count {
        let code = Int(order[i])
        let words = partition.words(ofCode: code)
        var comparison = 1
        while known < existing.ids.count {
          comparison = JoinedPartition.compare(existing.ids.utf8(at: known), words)
          if comparison >= 0 { break }
          known += 1
        }
        if known < existing.ids.count && comparison == 0 {
          codes[i] = existing.codes[known]
          known += 1
        } else {
          codes[i] = JoinedPartition.unknown
          newCount += 1
          newByteCount += partition.byteCount(ofCode: code)
        }
      }
    }
    self.newCount = newCount
    self.newByteCount = newByteCount
  }

  /// Writes offsets and bytes of the new ids.
  func write(
    _ partition: Partition, offsets: UnsafeMutablePointer<UInt32>,
    bytes: UnsafeMutablePointer<UInt8>, firstByte: Int
  ) {
    var next = firstByte
    var written = 0
    for i in 0..<partition.customerCount {
      if let codes, codes[i] != JoinedPartition.unknown { continue }
      let code = Int(partition.order![i])
      offsets[written] = UInt32(next)
      written += 1
      let byteCount = partition.byteCount(ofCode: code)
      var left = byteCount
      for word in partition.words(ofCode: code) {
        withUnsafeBytes(of: word.bigEndian) { source in
          UnsafeMutableRawPointer(bytes + next).copyMemory(
            from: source.baseAddress!, byteCount: min(8, left))
        }
        next += min(8, left)
        left -= 8
      }
    }
  }

  /// Gives the new ids the codes from `first` on.
  func number(from first: Int) {
    guard let codes else { return }
    // SAFETY: made in this loop's earlier pass and not shared yet.
    let mutable = UnsafeMutablePointer(mutating: codes.pointer.baseAddress!)
    var next = UInt32(first)
    for i in 0..<codes.count where codes[i] == JoinedPartition.unknown {
      mutable[i] = next
      next += 1
    }
  }

  /// −1, 0, 1: bytes against big-endian words.
  static func compare(
    _ bytes: UnsafeBufferPointer<UInt8>, _ words: UnsafeBufferPointer<UInt64>
  ) -> Int {
    var place = 0
    for word in words {
      var other: UInt64 = 0
      for i in 0..<8 {
        other = other << 8 | UInt64(place + i < bytes.count ? bytes[place + i] : 0)
      }
      if other != word { return other < word ? -1 : 1 }
      place += 8
    }
    return bytes.count > place ? 1 : 0
  }

  private static func lowerBound(_ ids: StringTable, _ words: UnsafeBufferPointer<UInt64>) -> Int {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if compare(ids.utf8(at: middle), words) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
