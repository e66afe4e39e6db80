import Columns
package import Models

/// Finds out whether a strategy knows the future: whatever happens after the cut-off is changed, and no score
/// may move.
///
/// The strategy is made anew for each of the two worlds, so that one that keeps the whole store in its pocket
/// is caught like one that is handed too much.
package enum LeakTest {
  /// The known customers whose score depends on what happens after `cutoff`; empty for an honest strategy.
  package static func leaks(
    in base: CustomerBase, cutoff: Int32, horizonDays: Int,
    strategy: (CustomerBase) throws -> any Strategy
  ) throws -> [UInt32] {
    let other = try CustomerBase(
      batches: base.batches.map { $0.changed(after: cutoff) },
      customerCount: base.customerCount, attributes: base.attributes)
    let knowledge = try Knowledge(base, asOf: cutoff)
    let a = try scores(strategy(base), knowledge, horizonDays)
    let b = try scores(strategy(other), Knowledge(other, asOf: cutoff), horizonDays)
    return knowledge.customers.filter { !isSame(a, b, Int($0)) }
  }

  private static func scores(
    _ strategy: any Strategy, _ knowledge: Knowledge, _ horizonDays: Int
  ) throws -> StrategyScores {
    try strategy.fit(knowledge, horizonDays: horizonDays).score(knowledge)
  }

  private static func isSame(_ a: StrategyScores, _ b: StrategyScores, _ row: Int) -> Bool {
    func bits(_ buffer: AlignedBuffer<Float>?) -> UInt32? { buffer.map { $0[row].bitPattern } }
    return bits(a.ranking) == bits(b.ranking) && bits(a.spend) == bits(b.spend)
      && bits(a.purchases) == bits(b.purchases) && bits(a.activity) == bits(b.activity)
      && a.groups.map { $0[row] } == b.groups.map { $0[row] }
  }
}

extension TransactionTable {
  /// The same rows, with other amounts after `day`: every second one a refund, the others ten times as much.
  func changed(after day: Int32) -> TransactionTable {
    let (days, amounts) = (self.days.pointer, self.amounts.pointer)
    return TransactionTable(
      customerCodes: customerCodes, rowStarts: rowStarts, days: self.days,
      amounts: AlignedBuffer<Int64>(count: rowCount) { changed in
        for row in changed.indices {
          let amount = amounts[row]
          changed[row] =
            days[row] <= day ? amount : row % 2 == 0 ? ~amount : (amount &+ 1) &* 10
        }
      }, orders: orders)
  }
}
