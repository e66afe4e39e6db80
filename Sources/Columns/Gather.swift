import Kernels

extension AlignedBuffer {
  /// The elements at `rows`, in that order; traps at a row that is not there. Parallel over chunks.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> AlignedBuffer<Element> {
    AlignedBuffer(count: rows.count) { out in
      // SAFETY: every chunk writes its own elements.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: rows.count) { _, chunk in
        for i in chunk {
          let row = Int(rows.base[i])
          precondition(row < count, "gathered rows exist")
          out[i] = base[row]
        }
      }
    }
  }
}

extension CustomerSummary {
  /// The summary of the customers at `rows`, in that order.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> CustomerSummary {
    CustomerSummary(
      asOf: asOf, firstDays: firstDays.gathered(rows), lastDays: lastDays.gathered(rows),
      orders: orders.gathered(rows), purchaseDays: purchaseDays.gathered(rows),
      monetaryTotals: monetaryTotals.gathered(rows), firstDayTotals: firstDayTotals.gathered(rows))
  }
}
