import Columns
import QueryProtocol

/// An unseen customer as a frame of one row, with the columns of a snapshot that its figures say.
struct UnseenRow {
  private(set) var frame: Frame

  init(_ customer: UnseenCustomer, asOf: Int32) {
    func day(before days: Int) -> Int32 { asOf &- Int32(truncatingIfNeeded: days) }
    func count(_ value: Int) -> AlignedBuffer<Int32> {
      AlignedBuffer([Int32(clamping: value)])
    }
    frame = Frame(
      rowCount: 1,
      columns: [
        Column("first_purchase", .day(AlignedBuffer([day(before: customer.tenureDays)]))),
        Column("last_purchase", .day(AlignedBuffer([day(before: customer.recencyDays)]))),
        Column("recency_days", .int32(count(customer.recencyDays))),
        Column("orders", .int32(count(customer.orders))),
        Column("purchase_days", .int32(count(customer.purchaseDays))),
        Column("monetary_total", .money(AlignedBuffer([customer.monetary]))),
        Column(
          "monetary_mean", .money(AlignedBuffer([customer.monetary / Int64(customer.orders)]))),
      ])
  }

  /// The scores r, f and m.
  mutating func addScores(_ scores: [Int]) {
    for (name, score) in zip(["r", "f", "m"], scores) {
      frame.append(Column(name, .uint8(AlignedBuffer([UInt8(clamping: score)]))))
    }
  }

  /// A value, single precision as in snapshots.
  mutating func add(_ name: String, _ value: Double) {
    frame.append(Column(name, .float32(AlignedBuffer([Float(value)]))))
  }
}
