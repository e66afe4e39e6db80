import Columns
import Kernels
import Synchronization

/// Makes tables of partitions: rows sorted, codes given.
struct TableBuilder {
  let partitions: PartitionSet
  /// Each partition's codes in id order; nil when codes count up from the table's first.
  let codes: [AlignedBuffer<UInt32>]?
  let extras: [KeptColumn]

  /// The table of some partitions one after the other, whose codes count up from `firstCode`.
  func table(of chosen: [Int], firstCode: Int) throws(IngestError) -> TransactionTable {
    try columns(of: chosen, firstCode: firstCode).table(extras: extras)
  }

  /// The table of some partitions with customers in the order of their codes.
  func mergedTable(_ chosen: [Int]) throws(IngestError) -> TransactionTable {
    let byID = try columns(of: chosen, firstCode: 0)
    if areRising(byID.customerCodeBuffer.pointer) { return byID.table(extras: extras) }
    // Codes are distinct, so that any sort gives the one order.
    var order = (0..<byID.customerCount).map { UInt64(byID.customerCodes[$0]) << 32 | UInt64($0) }
    order.sort()
    let byCode = TableColumns(
      customerCount: byID.customerCount, rowCount: byID.rowCount, layout: partitions.layout)
    var row: UInt32 = 0
    for (place, entry) in order.enumerated() {
      let customer = Int(UInt32(truncatingIfNeeded: entry))
      byCode.customerCodes[place] = UInt32(entry >> 32)
      byCode.rowStarts[place] = row
      row += byID.rowStarts[customer + 1] - byID.rowStarts[customer]
    }
    let sorted = order
    Parallel.forEachChunk(of: byID.customerCount) { _, places in
      for place in places {
        let customer = Int(UInt32(truncatingIfNeeded: sorted[place]))
        let from = Int(byID.rowStarts[customer])
        byCode.rows.copyRows(
          from: byID.rows, at: from, to: Int(byCode.rowStarts[place]),
          count: Int(byID.rowStarts[customer + 1]) - from)
      }
    }
    return byCode.table(extras: extras)
  }

  private func columns(of chosen: [Int], firstCode: Int) throws(IngestError) -> TableColumns {
    var rowStarts = [0]
    var customerStarts = [0]
    for p in chosen {
      rowStarts.append(rowStarts.last! + partitions.partitions[p].rowCount)
      customerStarts.append(customerStarts.last! + partitions.partitions[p].customerCount)
    }
    let columns = TableColumns(
      customerCount: customerStarts.last!, rowCount: rowStarts.last!, layout: partitions.layout)
    // SAFETY: each task uses its own partition and fills that one's rows and customers.
    nonisolated(unsafe) let me = self
    let firstRows = rowStarts
    let firstCustomers = customerStarts
    let failure = Mutex<IngestError?>(nil)
    Parallel.perform(chosen.count) { i in
      let partition = me.partitions.partitions[chosen[i]]
      me.partitions.scratches.lend { scratch in
        let starts = scratch.starts(partition.customerCount)
        do throws(IngestError) {
          try PartitionRows(partition, spill: me.partitions.spill, extras: me.extras).fill(
            columns.rows, at: firstRows[i], starts: starts, scratch)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
        let (customer, count) = (firstCustomers[i], partition.customerCount)
        if let codes = me.codes?[chosen[i]] {
          (columns.customerCodes + customer).update(from: codes.pointer.baseAddress!, count: count)
        } else {
          for k in 0..<count {
            columns.customerCodes[customer + k] = UInt32(firstCode + customer + k)
          }
        }
        let firstRow = UInt32(firstRows[i])
        for k in 0..<count { columns.rowStarts[customer + k] = firstRow + starts[k] }
      }
      partition.dropRows()
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return columns
  }
}
