package import Columns

/// One customer as the purchase and spend models see them, in days and currency.
package struct PurchaseHistory: Sendable, Equatable {
  /// x: purchase days after the first.
  package let repeatCount: Int
  /// t_x: days from the first purchase to the last; 0 when there is no repeat.
  package let lastRepeatAge: Int
  /// T: days from the first purchase to the as-of date.
  package let age: Int
  /// m̄: mean spend a repeat purchase day; 0 when there is no repeat.
  package let meanSpend: Double
}

extension CustomerSummary {
  /// (x, t_x, T, m̄) of a customer; nil for one without transactions.
  ///
  /// m̄ leaves the first purchase day out: (total − total of the first day) / x.
  package func purchaseHistory(of row: Int) -> PurchaseHistory? {
    if isProspect(row) { return nil }
    let repeatCount = Int(purchaseDays[row]) - 1
    let spend =
      (Double(monetaryTotals[row]) - Double(firstDayTotals[row])) / Double(Money.unitsPerOne)
    return PurchaseHistory(
      repeatCount: repeatCount, lastRepeatAge: Int(lastDays[row]) - Int(firstDays[row]),
      age: Int(asOf) - Int(firstDays[row]),
      meanSpend: repeatCount > 0 ? spend / Double(repeatCount) : 0)
  }

  /// Days from the last purchase to the as-of date; nil for a customer without transactions.
  package func recencyDays(of row: Int) -> Int? {
    isProspect(row) ? nil : Int(asOf) - Int(lastDays[row])
  }
}
