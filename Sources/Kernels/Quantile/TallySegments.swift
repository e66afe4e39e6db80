/// The columns of some customers that a segment table is made of; all of one length.
package struct SegmentColumns {
  package let codes: UnsafeBufferPointer<UInt8>
  /// 0 for customers without transactions, whose measures are not looked at.
  package let purchaseDays: UnsafeBufferPointer<Int32>
  package let lastDays: UnsafeBufferPointer<Int32>
  package let orders: UnsafeBufferPointer<Int32>
  package let totals: UnsafeBufferPointer<Int64>

  package init(
    codes: UnsafeBufferPointer<UInt8>, purchaseDays: UnsafeBufferPointer<Int32>,
    lastDays: UnsafeBufferPointer<Int32>, orders: UnsafeBufferPointer<Int32>,
    totals: UnsafeBufferPointer<Int64>
  ) {
    let count = codes.count
    precondition(purchaseDays.count == count && lastDays.count == count)
    precondition(orders.count == count && totals.count == count)
    self.codes = codes
    self.purchaseDays = purchaseDays
    self.lastDays = lastDays
    self.orders = orders
    self.totals = totals
  }
}

/// The cells in which a segment's customers are counted by their measures. A larger value never falls into a lower
/// cell, and most cells hold one value only, so that a median is found by counting.
package enum SegmentCells {
  /// By days since the last purchase, one value a cell; the last cell holds all that lies beyond.
  package static let days = 0..<8_192
  /// By orders, likewise.
  package static let orders = 8_192..<9_216
  /// By total: log-linear, 32 cells to every doubling.
  package static let money = 9_216..<13_312
  package static let count = 13_312

  @inline(__always)
  static func dayCell(_ day: Int32, _ asOf: Int64) -> Int {
    Int(truncatingIfNeeded: min(UInt64(bitPattern: asOf &- Int64(day)), UInt64(days.count - 1)))
  }

  @inline(__always)
  static func orderCell(_ count: Int32) -> Int {
    orders.lowerBound &+ Int(min(UInt32(bitPattern: count), UInt32(orders.count - 1)))
  }

  @inline(__always)
  static func moneyCell(_ total: Int64) -> Int {
    money.lowerBound &+ LogLinear.bucket(total) &>> 2
  }
}

/// What the customers of a segment come to.
package struct SegmentSums {
  package var customers = 0
  /// Σ of the high 32 bits of the totals, and of the low ones: exact up to 2³¹ customers.
  package var totalsHigh: Int64 = 0
  package var totalsLow: Int64 = 0

  package init() {}
}

/// Adds customers to the cells and sums of their segments: `cells` has `SegmentCells.count` a segment, `sums` one.
/// One pass for all segments and measures.
package func tallySegments(
  _ columns: SegmentColumns, asOf: Int32, cells: UnsafeMutableBufferPointer<UInt32>,
  sums: UnsafeMutableBufferPointer<SegmentSums>
) {
  precondition(cells.count == sums.count * SegmentCells.count)
  let asOf = Int64(asOf)
  for row in columns.codes.indices {
    let segment = Int(columns.codes[row])
    precondition(segment < sums.count, "a code without a segment")
    sums[segment].customers &+= 1
    if columns.purchaseDays[row] == 0 { continue }
    let total = columns.totals[row]
    sums[segment].totalsHigh &+= total &>> 32
    sums[segment].totalsLow &+= total & 0xFFFF_FFFF
    let own = segment &* SegmentCells.count
    cells[own &+ SegmentCells.dayCell(columns.lastDays[row], asOf)] &+= 1
    cells[own &+ SegmentCells.orderCell(columns.orders[row])] &+= 1
    cells[own &+ SegmentCells.moneyCell(total)] &+= 1
  }
}

/// Adds the totals that lie in up to two cells of each segment to `members`, two lists a segment: `wanted` has two
/// cells a segment, or −1 for none.
package func gatherSegmentTotals(
  _ columns: SegmentColumns, wanted: UnsafeBufferPointer<Int32>, into members: inout [[Int64]]
) {
  precondition(members.count == wanted.count, "a list a cell")
  for row in columns.codes.indices {
    let slot = 2 &* Int(columns.codes[row])
    let total = columns.totals[row]
    let cell = Int32(truncatingIfNeeded: SegmentCells.moneyCell(total))
    let isFirst = cell == wanted[slot]
    if isFirst || cell == wanted[slot &+ 1], columns.purchaseDays[row] != 0 {
      members[isFirst ? slot : slot &+ 1].append(total)
    }
  }
}

/// Adds the days since the last purchase of a segment's customers that lie in the last cell of days to `members`.
package func gatherSegmentDays(
  _ columns: SegmentColumns, asOf: Int32, segment: UInt8, into members: inout [Int64]
) {
  for row in columns.codes.indices
  where columns.codes[row] == segment && columns.purchaseDays[row] != 0
    && SegmentCells.dayCell(columns.lastDays[row], Int64(asOf)) == SegmentCells.days.count - 1
  {
    members.append(Int64(asOf) - Int64(columns.lastDays[row]))
  }
}

/// The same of orders.
package func gatherSegmentOrders(
  _ columns: SegmentColumns, segment: UInt8, into members: inout [Int64]
) {
  for row in columns.codes.indices
  where columns.codes[row] == segment && columns.purchaseDays[row] != 0
    && SegmentCells.orderCell(columns.orders[row]) == SegmentCells.orders.upperBound - 1
  {
    members.append(Int64(columns.orders[row]))
  }
}
