import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The rows of an ingest of attributes by customer: customers in id order, rows of each in file order.
struct CustomerRows {
  /// Rows sorted by id; row numbers count over all chunks.
  let rows: AlignedBuffer<UInt32>
  /// Customer i has rows `rows[starts[i]..<starts[i + 1]]`; one more than there are customers.
  let starts: AlignedBuffer<UInt32>
  /// Codes by customer: those that the store gave, and for new ones those that follow, in id order.
  let codes: AlignedBuffer<UInt32>
  /// Ids of the new customers.
  let newCustomers: StringTable

  var count: Int { codes.count }

  init(_ chunks: [AttributeChunk], existing: ExistingCustomers?) throws(IngestError) {
    let ids = try CustomerRows.ids(of: chunks)
    let count = ids.count
    rows = AlignedBuffer(count: count) { rows in
      sortStrings(
        ids.bytes.pointer.baseAddress!, offsets: ids.offsets.pointer.baseAddress!, count: count,
        order: rows.baseAddress!)
    }
    var starts: [UInt32] = []
    starts.reserveCapacity(count + 1)
    for i in 0..<count {
      let isFirst =
        i == 0
        || CustomerRows.compare(
          ids.utf8(at: Int(rows[i - 1])), ids.utf8(at: Int(rows[i]))) != 0
      if isFirst { starts.append(UInt32(i)) }
    }
    starts.append(UInt32(count))
    self.starts = AlignedBuffer(starts)
    let sortedRows = rows
    let join = CustomerRows.join(
      starts.count - 1, existing
    ) { ids.utf8(at: Int(sortedRows[Int(starts[$0])])) }
    if (existing?.ids.count ?? 0) + join.new.count > IngestLimits.customerCount {
      throw IngestError(
        .badData, "too many customers", found: "\(join.new.count) new ones",
        expected: "at most \(IngestLimits.customerCount) in a store")
    }
    codes = AlignedBuffer(join.codes)
    newCustomers = ids.gathered(AlignedBuffer(join.new.map { sortedRows[Int(starts[$0])] }))
  }

  /// The ids of all rows, one after the other.
  private static func ids(of chunks: [AttributeChunk]) throws(IngestError) -> StringTable {
    let byteCount = chunks.reduce(0) { $0 + $1.ids.pointee.byteCount }
    let count = chunks.reduce(0) { $0 + $1.rowCount }
    guard byteCount <= Int(UInt32.max) else {
      throw IngestError(
        .badData, "too many ids for one ingest", found: "\(byteCount) bytes of them",
        expected: "at most 4 GiB", advice: "Ingest the files one by one")
    }
    let offsets = AlignedBuffer<UInt32>(count: count + 1) { offsets in
      var (row, end) = (0, 0)
      offsets[0] = 0
      for chunk in chunks {
        let ids = chunk.ids.pointee
        for i in 0..<ids.count {
          end += ids[i].count
          row += 1
          offsets[row] = UInt32(end)
        }
      }
    }
    let bytes = AlignedBuffer<UInt8>(count: byteCount) { bytes in
      var start = 0
      for chunk in chunks {
        let ids = chunk.ids.pointee
        (bytes.baseAddress! + start).update(from: ids.bytes, count: ids.byteCount)
        start += ids.byteCount
      }
    }
    return StringTable(offsets: offsets, bytes: bytes)
  }

  /// Looks customers in id order up among the store's, who are in id order too; `new` are those it lacks.
  private static func join(
    _ count: Int, _ existing: ExistingCustomers?,
    _ id: (Int) -> UnsafeBufferPointer<UInt8>
  ) -> (codes: [UInt32], new: [Int]) {
    var codes = [UInt32](repeating: 0, count: count)
    var new: [Int] = []
    let knownCount = existing?.count ?? 0
    // A few customers are searched for one by one, many by walking along.
    let searches = count * 16 < knownCount
    var known = 0
    for i in 0..<count {
      let wanted = id(i)
      if let existing {
        var end = knownCount
        if searches {
          while known < end {
            let middle = (known + end) / 2
            if compare(existing.utf8(at: middle), wanted) < 0 {
              known = middle + 1
            } else {
              end = middle
            }
          }
        } else {
          while known < end, compare(existing.utf8(at: known), wanted) < 0 { known += 1 }
        }
        if known < knownCount, compare(existing.utf8(at: known), wanted) == 0 {
          codes[i] = existing.code(at: known)
          continue
        }
      }
      codes[i] = UInt32(truncatingIfNeeded: knownCount + new.count)
      new.append(i)
    }
    return (codes, new)
  }

  /// Below 0, 0 or above 0, by bytes.
  static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
    let count = min(a.count, b.count)
    if count > 0 {
      let order = memcmp(a.baseAddress!, b.baseAddress!, count)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
