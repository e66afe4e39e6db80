package import Columns
package import Ingest
import Kernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The customers of a store in the byte order of their ids.
///
/// Codes are given in the order in which customers come; snapshots stand in id order, which does not depend on
/// how the transactions were cut into batches.
package struct CustomerOrder: Sendable {
  /// Ids by code.
  package let ids: StringTable
  /// Codes in id order; nil when codes are in id order themselves, as after a first ingest.
  package let codes: AlignedBuffer<UInt32>?

  /// Orders customers whose ids come in sorted runs.
  ///
  /// Every ingest adds its new customers as one sorted run. The two smallest runs are merged until one is left;
  /// a run that is much the smaller is merged by binary search, so that a night's few new customers cost little.
  package init(ids: StringTable) {
    self.ids = ids
    // Wherever an id is not after the one before it a run begins; that a new customer's is, is no harm.
    let starts = [0] + CustomerOrder.falls(ids)
    if starts.count <= 1 {
      codes = nil
      return
    }
    var runs: [[UInt32]] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : ids.count
      runs.append((UInt32(start)..<UInt32(end)).map { $0 })
    }
    while runs.count > 1 {
      runs.sort { $0.count > $1.count }
      let small = runs.removeLast()
      let large = runs.removeLast()
      runs.append(CustomerOrder.merged(ids, large, small))
    }
    codes = AlignedBuffer(runs[0])
  }

  /// Number of customers.
  package var count: Int { ids.count }

  /// The customers as an ingest wants to know them.
  package var existing: ExistingCustomers {
    ExistingCustomers(idsByCode: ids, order: codes)
  }

  /// This order with new customers, whose codes follow and whose ids are sorted.
  package func adding(_ newIDs: StringTable) -> CustomerOrder {
    if newIDs.count == 0 { return self }
    let all = ids.count == 0 ? newIDs : ids.appending(newIDs)
    let old = codes?.array ?? (0..<UInt32(count)).map { $0 }
    let new = (UInt32(count)..<UInt32(all.count)).map { $0 }
    if old.isEmpty || CustomerOrder.isBefore(all, old[old.count - 1], new[0]), codes == nil {
      return CustomerOrder(ids: all, codes: nil)
    }
    return CustomerOrder(ids: all, codes: AlignedBuffer(CustomerOrder.merged(all, old, new)))
  }

  private init(ids: StringTable, codes: AlignedBuffer<UInt32>?) {
    self.ids = ids
    self.codes = codes
  }

  /// The codes whose id is not after that of the code before: found chunk by chunk in parallel.
  private static func falls(_ ids: StringTable) -> [Int] {
    let found = Mutex<[Int]>([])
    Parallel.forEachChunk(of: ids.count) { _, codes in
      var falls: [Int] = []
      appendFalls(ids.offsets.pointer, ids.bytes.pointer, codes, to: &falls)
      if !falls.isEmpty { found.withLock { $0 += falls } }
    }
    return found.withLock { $0.sorted() }
  }

  /// Two rising lists as one; `small` is not the longer.
  private static func merged(
    _ ids: StringTable, _ large: [UInt32], _ small: [UInt32]
  ) -> [UInt32] {
    var out: [UInt32] = []
    out.reserveCapacity(large.count + small.count)
    var next = 0
    let searches = small.count * 16 < large.count
    for code in small {
      var end = next
      if searches {
        var high = large.count
        while end < high {
          let middle = (end + high) / 2
          if isBefore(ids, large[middle], code) { end = middle + 1 } else { high = middle }
        }
      } else {
        while end < large.count, isBefore(ids, large[end], code) { end += 1 }
      }
      out.append(contentsOf: large[next..<end])
      out.append(code)
      next = end
    }
    out.append(contentsOf: large[next...])
    return out
  }

  @inline(__always)
  private static func isBefore(_ ids: StringTable, _ a: UInt32, _ b: UInt32) -> Bool {
    let left = ids.utf8(at: Int(a))
    let right = ids.utf8(at: Int(b))
    if left.count >= 8, right.count >= 8 {
      let first = UnsafeRawPointer(left.baseAddress!).loadUnaligned(as: UInt64.self).bigEndian
      let second = UnsafeRawPointer(right.baseAddress!).loadUnaligned(as: UInt64.self).bigEndian
      if first != second { return first < second }
    }
    let order = memcmp(
      left.baseAddress ?? UnsafePointer(bitPattern: 1)!,
      right.baseAddress ?? UnsafePointer(bitPattern: 1)!, min(left.count, right.count))
    return order != 0 ? order < 0 : left.count < right.count
  }
}
