import Columns
import JSONText
import Kernels
import Models

/// One measure of a side as keys (more is better) with the thresholds that its scores come from.
struct MeasureRuler {
  /// Scores by row; nil where they are not stored and follow from the keys.
  let scores: AlignedBuffer<UInt8>?
  let ruler: MoveRuler
  /// The group of each row, in whose thresholds it is scored; nil when there is one group.
  let groups: AlignedBuffer<UInt16>?
  /// The key of a row that has transactions.
  let key: @Sendable (Int) -> Int64
  /// Whether a row has any: what has none has no score.
  let hasScore: @Sendable (Int) -> Bool

  /// The score of a row; 0 where it has none.
  func score(_ row: Int) -> UInt8 {
    if let scores { return scores[row] }
    guard hasScore(row) else { return 0 }
    let key = key(row)
    return UInt8(1 + ruler.low.reduce(0) { $0 + (key > $1 ? 1 : 0) })
  }
}

extension MeasureRuler {
  /// The rulers of r, f and m.
  static func scores(
    _ side: SnapshotSide, _ model: RFMModel
  ) throws(ChangesError) -> [MeasureRuler] {
    let orders = try side.counts("orders")
    let groups = try groupNumbers(side, model)
    var rulers: [MeasureRuler] = []
    for (measure, column) in zip(RFMMeasure.allCases, ["r", "f", "m"]) {
      let cuts = model.groups.map { thresholds($0[measure].cuts, measure, method: model.method) }
      let scores = try side.scores(column)
      let cutCount = cuts.map(\.low.count).max() ?? 0
      func padded(_ list: [Int64]) -> [Int64] {
        list + [Int64](repeating: .max, count: cutCount - list.count)
      }
      rulers.append(
        MeasureRuler(
          scores: scores,
          ruler: MoveRuler(
            low: cuts.flatMap { padded($0.low) }, high: cuts.flatMap { padded($0.high) },
            cutCount: cutCount),
          groups: groups,
          key: try key(side, measure, frequency: model.frequency, monetary: model.monetary),
          hasScore: { orders[$0] > 0 }))
    }
    return rulers
  }

  /// The rulers of recency, frequency and monetary value against their means over all with transactions.
  static func means(
    _ side: SnapshotSide, _ model: RFMModel
  ) throws(ChangesError) -> [MeasureRuler] {
    let purchaseDays = try side.counts("purchase_days")
    let orders = try side.counts("orders")
    let counts = model.frequency == .orders ? orders : purchaseDays
    let sums = sumMeasures(
      purchaseDays.pointer, lastDays: try side.days("last_purchase").pointer,
      counts: counts.pointer, orders: orders.pointer,
      totals: try side.money("monetary_total").pointer)
    func floorMean(_ sum: Int128) -> Int64 {
      if sums.customers == 0 { return 0 }
      let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: Int128(sums.customers))
      return Int64(clamping: quotient - (remainder < 0 ? 1 : 0))
    }
    let total = (Int128(sums.totalsHigh) << 32) + Int128(sums.totalsLow)
    let mean = sums.customers == 0 ? 0 : sums.means / Double(sums.customers)
    let thresholds = [
      floorMean(Int128(sums.lastDays)) - Int64(side.asOf), floorMean(Int128(sums.counts)),
      model.monetary == .mean ? sortableKey(mean) : floorMean(total),
    ]
    var rulers: [MeasureRuler] = []
    for (measure, threshold) in zip(RFMMeasure.allCases, thresholds) {
      rulers.append(
        MeasureRuler(
          scores: nil, ruler: MoveRuler(low: [threshold], high: [threshold], cutCount: 1),
          groups: nil,
          key: try key(side, measure, frequency: model.frequency, monetary: model.monetary),
          hasScore: { purchaseDays[$0] != 0 }))
    }
    return rulers
  }

  /// Days since the last purchase with the sign turned, a count, units of 10⁻⁴, or a mean as a sortable key.
  private static func key(
    _ side: SnapshotSide, _ measure: RFMMeasure, frequency: RFMOptions.Frequency,
    monetary: RFMOptions.Monetary
  ) throws(ChangesError) -> @Sendable (Int) -> Int64 {
    switch measure {
    case .recency:
      let days = try side.days("last_purchase")
      let asOf = Int64(side.asOf)
      return { Int64(days[$0]) - asOf }
    case .frequency:
      let counts = try side.counts(frequency == .orders ? "orders" : "purchase_days")
      return { Int64(counts[$0]) }
    case .monetary:
      let totals = try side.money("monetary_total")
      guard monetary == .mean else { return { totals[$0] } }
      let orders = try side.counts("orders")
      return { sortableKey(Double(totals[$0]) / 10_000 / Double(max(1, orders[$0]))) }
    }
  }

  /// Thresholds for keys, rising; the cuts of recency are in days, where less is better.
  private static func thresholds(
    _ cuts: [RFMCut], _ measure: RFMMeasure, method: String
  ) -> (low: [Int64], high: [Int64]) {
    let pairs = cuts.map { cut -> (low: Int64, high: Int64) in
      switch cut {
      case .integer(let lower, let upper, _, _):
        if method == "ntile" {
          let isTie = lower == upper
          let low = measure == .recency ? -upper : lower
          return (low, isTie ? low - 1 : low)
        }
        let threshold = measure == .recency ? -cut.floor - 1 : cut.floor
        return (threshold, threshold)
      case .real(let lower, let upper, _, _):
        let low = sortableKey(method == "ntile" ? lower : cut.value)
        return (low, method == "ntile" && lower == upper ? low - 1 : low)
      }
    }
    let rising = measure == .recency ? pairs.reversed() : pairs
    return (rising.map(\.low), rising.map(\.high))
  }

  /// The number of each row's group in the model; past the last where the model has not the group.
  private static func groupNumbers(
    _ side: SnapshotSide, _ model: RFMModel
  ) throws(ChangesError) -> AlignedBuffer<UInt16>? {
    guard let name = model.groupColumn else { return nil }
    guard let column = side.frame[name], case .string(let codes, let table) = column.values else {
      throw side.missing(name)
    }
    func number(_ name: String?) -> UInt16 {
      let index = model.groups.firstIndex { $0.name == name }
      return UInt16(clamping: index ?? Int(UInt16.max))
    }
    let numbers = table.array.map { number($0) }
    let nullNumber = number(nil)
    return AlignedBuffer<UInt16>(count: column.rowCount) { out in
      for row in out.indices { out[row] = column.isNull(row) ? nullNumber : numbers[codes[row]] }
    }
  }
}
