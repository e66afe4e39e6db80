/// Where the customers of one x find what was computed for their T or t_x.
package struct PlaceIndex: Sendable {
  /// Place in the table of each value from `least` on, −1 where none is; empty for a sparse class.
  package let dense: Range<Int>
  package let least: Int
  /// The class's places in the sorted values, for a sparse class by binary search.
  package let sorted: Range<Int>

  package init(dense: Range<Int>, least: Int, sorted: Range<Int>) {
    self.dense = dense
    self.least = least
    self.sorted = sorted
  }
}

/// Values by class: the values of a class rise; a dense class has a table besides.
package struct PlaceTable: Sendable {
  package let indexes: [PlaceIndex]
  package let dense: [Int32]
  package let values: [UInt32]

  package init(indexes: [PlaceIndex], dense: [Int32], values: [UInt32]) {
    self.indexes = indexes
    self.dense = dense
    self.values = values
  }
}

/// What customers of one x have in common.
package struct ScoreClass: Sendable {
  /// Expected spend = `spendConstant` + `spendSlope` × z, z being the repeat spend in currency.
  package let spendConstant: Double
  package let spendSlope: Double

  package init(spendConstant: Double, spendSlope: Double) {
    self.spendConstant = spendConstant
    self.spendSlope = spendSlope
  }
}

/// Customers as the summary holds them.
package struct ScoreInput {
  package let firstDays: UnsafeBufferPointer<Int32>
  package let lastDays: UnsafeBufferPointer<Int32>
  package let purchaseDays: UnsafeBufferPointer<Int32>
  package let totals: UnsafeBufferPointer<Int64>
  package let firstDayTotals: UnsafeBufferPointer<Int64>
  package let asOf: Int32
  package let unitsPerOne: Double

  package init(
    firstDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
    purchaseDays: UnsafeBufferPointer<Int32>, totals: UnsafeBufferPointer<Int64>,
    firstDayTotals: UnsafeBufferPointer<Int64>, asOf: Int32, unitsPerOne: Double
  ) {
    let count = firstDays.count
    precondition(lastDays.count == count && purchaseDays.count == count)
    precondition(totals.count == count && firstDayTotals.count == count)
    self.firstDays = firstDays
    self.lastDays = lastDays
    self.purchaseDays = purchaseDays
    self.totals = totals
    self.firstDayTotals = firstDayTotals
    self.asOf = asOf
    self.unitsPerOne = unitsPerOne
  }
}

/// P(alive) = scale / (1 + e^(ageLogOdds + recencyLogOdds)), and what a living customer of a class and T does.
package struct ScoreTables {
  /// For each x, its class, or −1.
  package let classOfFrequency: UnsafeBufferPointer<Int32>
  package let classes: UnsafeBufferPointer<ScoreClass>
  package let ages: PlaceTable
  package let recencies: PlaceTable
  /// For each (x, T): scale, log odds, then `columnCount` forecasts.
  package let ageRows: UnsafeBufferPointer<Double>
  package let columnCount: Int
  /// For each (x, t_x) its log odds.
  package let recencyLogOdds: UnsafeBufferPointer<Double>

  package init(
    classOfFrequency: UnsafeBufferPointer<Int32>, classes: UnsafeBufferPointer<ScoreClass>,
    ages: PlaceTable, recencies: PlaceTable, ageRows: UnsafeBufferPointer<Double>,
    columnCount: Int, recencyLogOdds: UnsafeBufferPointer<Double>
  ) {
    precondition(ageRows.count == ages.values.count * (columnCount + 2), "a row for each (x, T)")
    precondition(recencyLogOdds.count == recencies.values.count, "log odds for each (x, t_x)")
    self.classOfFrequency = classOfFrequency
    self.classes = classes
    self.ages = ages
    self.recencies = recencies
    self.ageRows = ageRows
    self.columnCount = columnCount
    self.recencyLogOdds = recencyLogOdds
  }
}

/// Columns that scoring fills. `purchases` has one for each forecast but the last, which becomes `clv` by
/// way of the spend.
package struct ScoreOutput {
  package let pAlive: UnsafeMutableBufferPointer<Float>
  package let purchases: [UnsafeMutableBufferPointer<Float>]
  package let spend: UnsafeMutableBufferPointer<Float>
  package let clv: UnsafeMutableBufferPointer<Float>

  package init(
    pAlive: UnsafeMutableBufferPointer<Float>, purchases: [UnsafeMutableBufferPointer<Float>],
    spend: UnsafeMutableBufferPointer<Float>, clv: UnsafeMutableBufferPointer<Float>
  ) {
    self.pAlive = pAlive
    self.purchases = purchases
    self.spend = spend
    self.clv = clv
  }
}
