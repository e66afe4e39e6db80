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

  /// Of the bucket of a total.
  @inline(__always)
  static func moneyCell(ofBucket bucket: Int) -> Int { money.lowerBound &+ bucket &>> 2 }

  /// The totals that fall into some neighbouring cells, counted from the first of `money`.
  package static func totals(inCells cells: ClosedRange<Int>) -> ClosedRange<Int64> {
    /// The least total, from all up, whose cell is `cell` or higher; nil when there is none.
    func least(_ cell: Int) -> Int64? {
      func reaches(_ total: Int64) -> Bool { LogLinear.bucket(total) >> 2 >= cell }
      if !reaches(.max) { return nil }
      var (low, high) = (Int64.min, Int64.max)
      while low < high {
        let middle = low &+ Int64(bitPattern: UInt64(bitPattern: high &- low) / 2)
        if reaches(middle) { high = middle } else { low = middle &+ 1 }
      }
      return low
    }
    guard let first = least(cells.lowerBound) else { preconditionFailure("a cell of some total") }
    return first...(least(cells.upperBound + 1).map { $0 &- 1 } ?? .max)
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
  withUnsafeTemporaryAllocation(of: Int64.self, capacity: bucketBlockCount) { buckets in
    for start in stride(from: 0, to: columns.codes.count, by: bucketBlockCount) {
      let count = min(bucketBlockCount, columns.codes.count &- start)
      LogLinear.fillBuckets(
        UnsafeBufferPointer(rebasing: columns.totals[start..<start &+ count]), into: buckets)
      for i in 0..<count {
        let row = start &+ i
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
        cells[own &+ SegmentCells.moneyCell(ofBucket: Int(buckets[i]))] &+= 1
      }
    }
  }
}

/// Adds the totals of each segment's customers that lie in its range to its list.
package func gatherSegmentTotals(
  _ columns: SegmentColumns, ranges: UnsafeBufferPointer<(least: Int64, span: UInt64)>,
  into members: inout [[Int64]]
) {
  precondition(members.count == ranges.count, "a list a segment")
  for row in columns.codes.indices {
    let segment = Int(columns.codes[row])
    let total = columns.totals[row]
    let range = ranges[segment]
    // One comparison: of two, the first would go either way for half of the customers.
    if UInt64(bitPattern: total &- range.least) <= range.span, columns.purchaseDays[row] != 0 {
      members[segment].append(total)
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
