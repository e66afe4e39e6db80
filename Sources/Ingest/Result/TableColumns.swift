import Columns
import Kernels

/// Columns of rows while they are being filled: a whole table's, or a window's that is used again and again.
final class RowColumns: @unchecked Sendable {
  // SAFETY: tasks fill disjoint rows, and nobody reads before all have ended.
  let days: UnsafeMutablePointer<Int32>
  let amounts: UnsafeMutablePointer<Int64>
  let orders: UnsafeMutablePointer<UInt64>?
  /// Final codes of each kept column.
  let extraCodes: [UnsafeMutablePointer<UInt32>]

  let dayBuffer: AlignedBuffer<Int32>
  let amountBuffer: AlignedBuffer<Int64>
  let orderBuffer: AlignedBuffer<UInt64>?
  let extraCodeBuffers: [AlignedBuffer<UInt32>]

  init(rowCount: Int, layout: RowLayout) {
    dayBuffer = AlignedBuffer(count: rowCount) { _ in }
    amountBuffer = AlignedBuffer(count: rowCount) { _ in }
    orderBuffer = layout.hasOrder ? AlignedBuffer(count: rowCount) { _ in } : nil
    extraCodeBuffers = (0..<layout.keptCount).map { _ in AlignedBuffer(count: rowCount) { _ in } }
    days = dayBuffer.unfilled
    amounts = amountBuffer.unfilled
    orders = orderBuffer?.unfilled
    extraCodes = extraCodeBuffers.map(\.unfilled)
  }

  /// Copies rows of `source` from one place to another of these.
  func copyRows(from source: RowColumns, at from: Int, to place: Int, count: Int) {
    (days + place).update(from: source.days + from, count: count)
    (amounts + place).update(from: source.amounts + from, count: count)
    if let orders, let others = source.orders {
      (orders + place).update(from: others + from, count: count)
    }
    for (codes, others) in zip(extraCodes, source.extraCodes) {
      (codes + place).update(from: others + from, count: count)
    }
  }
}

/// A table while it is being filled.
final class TableColumns: @unchecked Sendable {
  // SAFETY: tasks fill disjoint customers, and nobody reads before all have ended.
  let customerCount: Int
  let rowCount: Int
  let rows: RowColumns
  let customerCodes: UnsafeMutablePointer<UInt32>
  let rowStarts: UnsafeMutablePointer<UInt32>

  let customerCodeBuffer: AlignedBuffer<UInt32>
  let rowStartBuffer: AlignedBuffer<UInt32>

  /// - Parameter storedRowCount: rows that there is memory for, where it is not for all.
  init(customerCount: Int, rowCount: Int, layout: RowLayout, storedRowCount: Int? = nil) {
    self.customerCount = customerCount
    self.rowCount = rowCount
    rows = RowColumns(rowCount: storedRowCount ?? rowCount, layout: layout)
    customerCodeBuffer = AlignedBuffer(count: customerCount) { _ in }
    rowStartBuffer = AlignedBuffer(count: customerCount + 1) { _ in }
    customerCodes = customerCodeBuffer.unfilled
    rowStarts = rowStartBuffer.unfilled
    rowStarts[customerCount] = UInt32(rowCount)
  }

  /// The finished table.
  func table(extras: [KeptColumn]) -> TransactionTable {
    TransactionTable(
      customerCodes: customerCodeBuffer, rowStarts: rowStartBuffer, days: rows.dayBuffer,
      amounts: rows.amountBuffer, orders: rows.orderBuffer,
      extras: extras.indices.map { extras[$0].column(codes: rows.extraCodeBuffers[$0].pointer) })
  }
}

extension AlignedBuffer {
  // SAFETY: for buffers made here, that nobody else holds before they are filled.
  fileprivate var unfilled: UnsafeMutablePointer<Element> {
    UnsafeMutablePointer(mutating: pointer.baseAddress!)
  }
}
