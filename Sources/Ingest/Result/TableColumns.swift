import Columns
import Kernels

/// The columns of a table while they are being filled.
final class TableColumns: @unchecked Sendable {
  // SAFETY: tasks fill disjoint rows, and nobody reads before all have ended.
  let customerCount: Int
  let rowCount: Int
  let customerCodes: UnsafeMutablePointer<UInt32>
  let rowStarts: UnsafeMutablePointer<UInt32>
  let days: UnsafeMutablePointer<Int32>
  let amounts: UnsafeMutablePointer<Int64>
  let orders: UnsafeMutablePointer<UInt64>?
  /// Final codes of each kept column.
  let extraCodes: [UnsafeMutablePointer<UInt32>]

  private let customerCodeBuffer: AlignedBuffer<UInt32>
  private let rowStartBuffer: AlignedBuffer<UInt32>
  private let dayBuffer: AlignedBuffer<Int32>
  private let amountBuffer: AlignedBuffer<Int64>
  private let orderBuffer: AlignedBuffer<UInt64>?
  private let extraCodeBuffers: [AlignedBuffer<UInt32>]

  init(customerCount: Int, rowCount: Int, layout: RowLayout) {
    self.customerCount = customerCount
    self.rowCount = rowCount
    var hasOrder = false
    if case .wide(let order) = layout.kind { hasOrder = order }
    customerCodeBuffer = AlignedBuffer(count: customerCount) { _ in }
    rowStartBuffer = AlignedBuffer(count: customerCount + 1) { _ in }
    dayBuffer = AlignedBuffer(count: rowCount) { _ in }
    amountBuffer = AlignedBuffer(count: rowCount) { _ in }
    orderBuffer = hasOrder ? AlignedBuffer(count: rowCount) { _ in } : nil
    extraCodeBuffers = (0..<layout.keptCount).map { _ in AlignedBuffer(count: rowCount) { _ in } }
    customerCodes = TableColumns.mutable(customerCodeBuffer)
    rowStarts = TableColumns.mutable(rowStartBuffer)
    days = TableColumns.mutable(dayBuffer)
    amounts = TableColumns.mutable(amountBuffer)
    orders = orderBuffer.map(TableColumns.mutable)
    extraCodes = extraCodeBuffers.map(TableColumns.mutable)
    rowStarts[customerCount] = UInt32(rowCount)
  }

  // SAFETY: the buffers were made here and nobody else holds them until `table` gives them out.
  private static func mutable<Element>(
    _ buffer: AlignedBuffer<Element>
  ) -> UnsafeMutablePointer<Element> {
    UnsafeMutablePointer(mutating: buffer.pointer.baseAddress!)
  }

  /// The finished table.
  func table(extras: [KeptColumn]) -> TransactionTable {
    TransactionTable(
      customerCodes: customerCodeBuffer, rowStarts: rowStartBuffer, days: dayBuffer,
      amounts: amountBuffer, orders: orderBuffer,
      extras: extras.indices.map { extras[$0].column(codes: extraCodeBuffers[$0].pointer) })
  }

  /// Copies the rows of `source` from one place to another of this table.
  func copyRows(from source: TableColumns, at from: Int, to place: Int, count: Int) {
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
