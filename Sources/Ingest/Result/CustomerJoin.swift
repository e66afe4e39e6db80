import Columns
import Kernels

/// Gives every customer of the partitions its code: the one it has in the store, or the next one.
struct CustomerJoin {
  let newCustomers: StringTable
  let firstNewCode: Int
  let customerCount: Int
  /// Each partition's codes in id order; nil when there were no customers before, and codes just count up.
  let codes: [AlignedBuffer<UInt32>]?

  init(_ partitions: PartitionSet, existing: ExistingCustomers?) throws(IngestError) {
    try partitions.sortCustomers()
    // SAFETY: each task of the loop touches its own partition and its own entries.
    nonisolated(unsafe) let all = partitions.partitions.map { $0.customers! }
    let joined = UnsafeMutablePointer<JoinedPartition>.allocate(capacity: all.count)
    joined.initialize(repeating: JoinedPartition(), count: all.count)
    defer {
      joined.deinitialize(count: all.count)
      joined.deallocate()
    }
    nonisolated(unsafe) let results = joined
    Parallel.perform(all.count) { p in
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
    customerCount = all.reduce(0) { $0 + $1.count }
    codes = existing == nil ? nil : all.indices.map { joined[$0].codes! }
  }
}

/// The join of one partition's sorted ids with the store's.
private struct JoinedPartition {
  var newCount = 0
  var newByteCount = 0
  /// In id order; `unknownPlace` until the new customers are numbered.
  var codes: AlignedBuffer<UInt32>?

  init() {}

  init(_ customers: PartitionCustomers, existing: ExistingCustomers?) {
    let count = customers.count
    guard let existing else {
      newCount = count
      for k in 0..<count { newByteCount += customers.byteCount(of: k) }
      return
    }
    var newCount = 0
    var newByteCount = 0
    codes = AlignedBuffer(count: count) { codes in
      // A partition without customers has room for none.
      guard let places = codes.baseAddress, count > 0 else { return }
      customers.find(in: existing.stored, places: places)
      for i in 0..<count {
        if codes[i] == unknownPlace {
          newCount += 1
          newByteCount += customers.byteCount(of: i)
        } else {
          codes[i] = existing.code(at: Int(codes[i]))
        }
      }
    }
    self.newCount = newCount
    self.newByteCount = newByteCount
  }

  /// Writes offsets and bytes of the new ids.
  func write(
    _ customers: PartitionCustomers, offsets: UnsafeMutablePointer<UInt32>,
    bytes: UnsafeMutablePointer<UInt8>, firstByte: Int
  ) {
    if newCount == 0 { return }
    var next = firstByte
    var written = 0
    for i in 0..<customers.count {
      if let codes, codes[i] != unknownPlace { continue }
      offsets[written] = UInt32(next)
      written += 1
      var left = customers.byteCount(of: i)
      for word in customers.words(of: i) {
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
    guard let codes, newCount > 0 else { return }
    // SAFETY: made in this loop's earlier pass and not shared yet.
    let mutable = UnsafeMutablePointer(mutating: codes.pointer.baseAddress!)
    var next = UInt32(first)
    for i in 0..<codes.count where codes[i] == unknownPlace {
      mutable[i] = next
      next += 1
    }
  }
}
