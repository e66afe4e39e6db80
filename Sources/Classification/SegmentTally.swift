import Columns
import Kernels
import Models

/// Counts of the customers of every segment, and the values in the middle of each: exact, without sorting.
///
/// Two passes over the columns, in parallel: one counts all segments and measures in cells, one takes the totals
/// out of the cells that hold a median. Integers only, so that the order of adding does not matter.
struct SegmentTally {
  /// The two values in the middle: the same one twice where the count is odd.
  struct Middle {
    let lower: Int64
    let upper: Int64

    var mean: Double { Double(Int128(lower) + Int128(upper)) / 2 }
  }

  /// By segment.
  let sums: [SegmentSums]
  /// Nil for segments without customers that have transactions.
  let recencies: [Middle?]
  let orders: [Middle?]
  let totals: [Middle?]

  init(_ codes: AlignedBuffer<UInt8>, _ summary: CustomerSummary, segmentCount: Int) {
    let source = SegmentSource(codes: codes, summary: summary)
    let (cells, sums) = SegmentTally.counted(source, segmentCount)
    self.sums = sums
    func places(_ segment: Int, _ range: Range<Int>) -> MiddlePlaces? {
      let own = segment * SegmentCells.count
      return MiddlePlaces(cells[own + range.lowerBound..<own + range.upperBound])
    }
    recencies = (0..<segmentCount).map { segment in
      places(segment, SegmentCells.days)?.middle {
        $0 < SegmentCells.days.count - 1 ? nil : source.farDays(segment)
      }
    }
    orders = (0..<segmentCount).map { segment in
      places(segment, SegmentCells.orders)?.middle {
        $0 < SegmentCells.orders.count - 1 ? nil : source.manyOrders(segment)
      }
    }
    let money = (0..<segmentCount).map { places($0, SegmentCells.money) }
    let members = source.totals(
      inCells: money.flatMap { places in
        places.map { [$0.lower.cell, $0.upper.cell] } ?? [-1, -1]
      })
    totals = money.enumerated().map { segment, places in
      places.map { places in
        places.middle { members[2 * segment + ($0 == places.lower.cell ? 0 : 1)] }
      }
    }
  }

  /// Every worker counts in cells of its own, and cells add up.
  private static func counted(
    _ source: SegmentSource, _ segmentCount: Int
  ) -> (cells: [UInt32], sums: [SegmentSums]) {
    let rowCount = source.summary.count
    let workerCount = max(1, min(Parallel.threadCount, Parallel.chunkCount(of: rowCount)))
    let cellCount = segmentCount * SegmentCells.count
    var cells = [UInt32](repeating: 0, count: workerCount * cellCount)
    var sums = [SegmentSums](repeating: SegmentSums(), count: workerCount * segmentCount)
    cells.withUnsafeMutableBufferPointer { cells in
      sums.withUnsafeMutableBufferPointer { sums in
        // SAFETY: every worker counts in its own part.
        nonisolated(unsafe) let (cells, sums) = (cells, sums)
        Parallel.perform(Parallel.chunkCount(of: rowCount)) { worker, chunk in
          let own = worker * segmentCount..<(worker + 1) * segmentCount
          tallySegments(
            source.columns(Parallel.rows(ofChunk: chunk, of: rowCount)), asOf: source.summary.asOf,
            cells: UnsafeMutableBufferPointer(
              rebasing: cells[worker * cellCount..<(worker + 1) * cellCount]),
            sums: UnsafeMutableBufferPointer(rebasing: sums[own]))
        }
        for worker in 1..<max(1, workerCount) {
          for i in 0..<cellCount { cells[i] += cells[worker * cellCount + i] }
          for i in 0..<segmentCount {
            let other = sums[worker * segmentCount + i]
            sums[i].customers += other.customers
            sums[i].totalsHigh += other.totalsHigh
            sums[i].totalsLow += other.totalsLow
          }
        }
      }
    }
    return (Array(cells[..<cellCount]), Array(sums[..<segmentCount]))
  }
}

extension SegmentSums {
  /// Net amount, in units of 10⁻⁴.
  var revenue: Int128 { Int128(totalsHigh) << 32 + Int128(totalsLow) }
}

/// The cells that the two values in the middle lie in, and their ranks among the values of those.
private struct MiddlePlaces {
  typealias Place = (cell: Int, rank: Int)
  let lower: Place
  let upper: Place

  /// Nil where nothing is counted.
  init?(_ cells: ArraySlice<UInt32>) {
    let count = cells.reduce(0) { $0 + Int($1) }
    if count == 0 { return nil }
    lower = MiddlePlaces.place((count - 1) / 2, cells)
    upper = MiddlePlaces.place(count / 2, cells)
  }

  private static func place(_ rank: Int, _ cells: ArraySlice<UInt32>) -> Place {
    var left = rank
    for (cell, count) in cells.enumerated() {
      if left < count { return (cell, left) }
      left -= Int(count)
    }
    preconditionFailure("a rank is below the count")
  }

  /// The values: a cell's number, or where `members` gives the values of a cell, one of those.
  func middle(_ members: (_ cell: Int) -> [Int64]?) -> SegmentTally.Middle {
    func values(_ cell: Int, _ ranks: [Int]) -> [Int64] {
      members(cell).map { selectRanks($0, ranks: ranks) } ?? ranks.map { _ in Int64(cell) }
    }
    if lower.cell == upper.cell {
      let found = values(lower.cell, [lower.rank, upper.rank])
      return SegmentTally.Middle(lower: found[0], upper: found[1])
    }
    return SegmentTally.Middle(
      lower: values(lower.cell, [lower.rank])[0], upper: values(upper.cell, [upper.rank])[0])
  }
}

/// The customers to be counted.
private struct SegmentSource {
  let codes: AlignedBuffer<UInt8>
  let summary: CustomerSummary

  func columns(_ rows: Range<Int>) -> SegmentColumns {
    SegmentColumns(
      codes: UnsafeBufferPointer(rebasing: codes.pointer[rows]),
      purchaseDays: UnsafeBufferPointer(rebasing: summary.purchaseDays.pointer[rows]),
      lastDays: UnsafeBufferPointer(rebasing: summary.lastDays.pointer[rows]),
      orders: UnsafeBufferPointer(rebasing: summary.orders.pointer[rows]),
      totals: UnsafeBufferPointer(rebasing: summary.monetaryTotals.pointer[rows]))
  }

  /// The totals in two cells of each segment; −1 for none.
  func totals(inCells cells: [Int]) -> [[Int64]] {
    let wanted = cells.map { Int32($0 < 0 ? -1 : $0 + SegmentCells.money.lowerBound) }
    let chunkCount = Parallel.chunkCount(of: summary.count)
    var parts = [[[Int64]]](repeating: [], count: chunkCount)
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let parts = parts
      Parallel.forEachChunk(of: summary.count) { chunk, rows in
        var members = [[Int64]](repeating: [], count: wanted.count)
        wanted.withUnsafeBufferPointer {
          gatherSegmentTotals(columns(rows), wanted: $0, into: &members)
        }
        parts[chunk] = members
      }
    }
    return wanted.indices.map { slot in parts.flatMap { $0[slot] } }
  }

  /// Days since the last purchase in the last cell: rare, so one after the other.
  func farDays(_ segment: Int) -> [Int64] {
    var members: [Int64] = []
    gatherSegmentDays(
      columns(0..<summary.count), asOf: summary.asOf, segment: UInt8(segment), into: &members)
    return members
  }

  func manyOrders(_ segment: Int) -> [Int64] {
    var members: [Int64] = []
    gatherSegmentOrders(columns(0..<summary.count), segment: UInt8(segment), into: &members)
    return members
  }
}
