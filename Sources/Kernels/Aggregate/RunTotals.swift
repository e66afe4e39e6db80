/// What one customer's rows come to. Without rows: days `Int32.min`, everything else 0.
struct RunTotals {
  var firstDay = Int32.min
  var lastDay = Int32.min
  var orders = 0
  var purchaseDays = 0
  var sum: Int64 = 0
  var firstDaySum: Int64 = 0
  /// The true sum is `sum + 2⁶⁴ · carry`: so an overflow on the way that later amounts undo does no harm, and
  /// whether a total fits does not depend on the order of the rows.
  var carry = 0
  var firstDayCarry = 0
  var daysFall = false

  var overflows: Bool { carry != 0 || firstDayCarry != 0 }

  @inline(__always)
  mutating func add(_ amount: Int64) {
    let (partial, overflow) = sum.addingReportingOverflow(amount)
    sum = partial
    if overflow { carry += amount < 0 ? -1 : 1 }
  }

  @inline(__always)
  mutating func addFirstDay(_ amount: Int64) {
    let (partial, overflow) = firstDaySum.addingReportingOverflow(amount)
    firstDaySum = partial
    if overflow { firstDayCarry += amount < 0 ? -1 : 1 }
  }
}

extension TransactionRuns {
  /// Rows `start..<end` of one customer without those outside the bounds; days rise, so both ends shrink.
  @inline(__always)
  func trim(_ start: Int, _ end: Int, _ bounds: DayBounds) -> (start: Int, end: Int) {
    var start = start
    var end = end
    if end > start && days[end - 1] > bounds.through {
      end = firstRow(start, end) { $0 > Int64(bounds.through) }
    }
    if end > start && Int64(days[start]) <= bounds.after {
      start = firstRow(start, end) { $0 > bounds.after }
    }
    return (start, end)
  }

  /// The first of `start..<end` whose day satisfies a condition that stays true once it is.
  @inline(__always)
  private func firstRow(_ start: Int, _ end: Int, _ condition: (Int64) -> Bool) -> Int {
    var low = start
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if condition(Int64(days[middle])) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Totals of trimmed rows of one customer, orders left at 0.
  @inline(__always)
  func totals(_ start: Int, _ end: Int) -> RunTotals {
    var totals = RunTotals()
    guard start < end else { return totals }
    let firstDay = days[start]
    totals.firstDay = firstDay
    totals.lastDay = days[end - 1]
    var row = start
    while row < end && days[row] == firstDay {
      totals.add(amounts[row])
      row += 1
    }
    totals.firstDaySum = totals.sum
    totals.firstDayCarry = totals.carry
    var previous = firstDay
    var purchaseDays = 1
    var falls = false
    while row < end {
      let day = days[row]
      purchaseDays += day != previous ? 1 : 0
      falls = falls || day < previous
      previous = day
      totals.add(amounts[row])
      row += 1
    }
    totals.purchaseDays = purchaseDays
    totals.daysFall = falls
    return totals
  }

  /// Adds the order hashes of some rows to `hashes`, and returns how many rows have none.
  @inline(__always)
  func collectOrders(_ start: Int, _ end: Int, _ hashes: inout [UInt64]) -> Int {
    guard let orders else { return end - start }
    var missing = 0
    for row in start..<end {
      if orders[row] == 0 { missing += 1 } else { hashes.append(orders[row]) }
    }
    return missing
  }
}
