import Columns
import JSONText
import Kernels
import Storage

/// What the last snapshot knows of every customer, to fold new batches into.
///
/// The summary's columns are the snapshot's own (first and last purchase, orders, …), with the customers' codes
/// and the spend of the first day as hidden ones; `state` in snapshot.json says which batches they cover.
struct SummaryState {
  /// Names of the hidden columns.
  static let codeColumn = "customer_code"
  static let firstDayTotalColumn = "first_day_total"

  /// By customer code.
  let summary: CustomerSummary
  /// Numbers of the batches that are in it.
  let batchNumbers: [Int]

  /// The members of `state` in snapshot.json; nil bars building on a snapshot, as with a window.
  static func json(batchNumbers: [Int], window: TimeSpan?) -> JSON {
    [
      "batches": .array(batchNumbers.map { JSON($0) }),
      "window": window.map { .string($0.text) } ?? .null,
    ]
  }

  /// Snapshots that are looked at for one that can be built on.
  private static let candidateCountMax = 8

  /// The state to fold later rows into for a date: that of the latest snapshot, not after it, that can be built on; nil
  /// when there is none. Which snapshot is current does not matter: all of them give the same summary.
  static func basis(_ store: Store, asOf: Int32) throws(StorageError) -> SummaryState? {
    var candidateCount = 0
    for entry in store.manifest.snapshots.reversed() where entry.asOf <= asOf {
      candidateCount += 1
      if candidateCount > candidateCountMax { return nil }
      let state = try store.snapshotRecord(entry)["state"]
      guard let state, state["window"] == .null,
        let numbers = state["batches"]?.arrayValue?.compactMap(\.intValue)
      else { continue }
      let covered = store.manifest.batches.filter { numbers.contains($0.number) }
      // Rows of these batches that lie after the snapshot are not in it.
      guard covered.count == numbers.count, covered.allSatisfy({ $0.lastDay <= entry.asOf }) else {
        continue
      }
      return try SummaryState(store, entry, numbers)
    }
    return nil
  }

  private init?(
    _ store: Store, _ entry: SnapshotEntry, _ numbers: [Int]
  ) throws(StorageError) {
    let snapshot = try store.loadSnapshot(
      entry,
      columns: [
        SummaryState.codeColumn, "first_purchase", "last_purchase", "orders", "purchase_days",
        "monetary_total",
        SummaryState.firstDayTotalColumn,
      ])
    let columns = snapshot.frame.columns.map(\.values)
    guard case .uint32(let codes) = columns[0], case .day(let first) = columns[1],
      case .day(let last) = columns[2], case .int32(let orders) = columns[3],
      case .int32(let days) = columns[4], case .money(let totals) = columns[5],
      case .money(let firstDayTotals) = columns[6]
    else { return nil }
    let stored = CustomerSummary(
      asOf: entry.asOf, firstDays: first, lastDays: last, orders: orders, purchaseDays: days,
      monetaryTotals: totals, firstDayTotals: firstDayTotals)
    guard let summary = SummaryState.byCode(stored, codes, customerCount: store.customerCount)
    else {
      return nil
    }
    self.summary = summary
    batchNumbers = numbers
  }

  /// Rows put where their codes say; customers that the snapshot left out have bought nothing yet. Nil when a
  /// code is of no customer.
  private static func byCode(
    _ stored: CustomerSummary, _ codes: AlignedBuffer<UInt32>, customerCount: Int
  ) -> CustomerSummary? {
    let (areRows, greatest) = compareWithPlaces(codes.pointer)
    guard codes.count == 0 || Int(greatest) < customerCount else { return nil }
    // Prospects' days are null in the snapshot, and null is any value.
    if areRows && codes.count == customerCount && !stored.hasProspects { return stored }
    func scattered<Element>(
      _ buffer: AlignedBuffer<Element>, _ missing: Element
    ) -> AlignedBuffer<Element> {
      AlignedBuffer(count: customerCount) { out in
        out.initialize(repeating: missing)
        for (row, code) in codes.pointer.enumerated() where stored.purchaseDays.pointer[row] > 0 {
          out[Int(code)] = buffer.pointer[row]
        }
      }
    }
    return CustomerSummary(
      asOf: stored.asOf, firstDays: scattered(stored.firstDays, CustomerSummary.noDay),
      lastDays: scattered(stored.lastDays, CustomerSummary.noDay),
      orders: scattered(stored.orders, 0), purchaseDays: scattered(stored.purchaseDays, 0),
      monetaryTotals: scattered(stored.monetaryTotals, 0),
      firstDayTotals: scattered(stored.firstDayTotals, 0))
  }
}
