import Columns
import JSONText
import Kernels
import Models

/// One measure of a side as keys (more is better) with the thresholds that its scores come from.
struct MeasureRuler {
  /// Where a row's key comes from.
  enum Keys {
    /// Days since, with the sign turned: the last day less the date.
    case days(AlignedBuffer<Int32>, asOf: Int32)
    case counts(AlignedBuffer<Int32>)
    case money(AlignedBuffer<Int64>)
    case means(AlignedBuffer<Int64>, orders: AlignedBuffer<Int32>)
  }

  /// Where a row's score comes from; 0 is none.
  enum Scores {
    case stored(AlignedBuffer<UInt8>, validity: Bitmap?)
    /// It follows from the key, and rows whose count is 0 have none.
    case ofKeys(counts: AlignedBuffer<Int32>)
  }

  let keys: Keys
  let scores: Scores
  let ruler: MoveRuler
  /// The group of each row, in whose thresholds it is scored; nil when there is one group.
  let groups: AlignedBuffer<UInt16>?

  /// The keys, scores and groups of some rows, all as many as rows.
  func gather(
    _ rows: UnsafeBufferPointer<UInt32>, keys: UnsafeMutableBufferPointer<Int64>,
    scores: UnsafeMutableBufferPointer<UInt8>, groups: UnsafeMutableBufferPointer<UInt16>
  ) {
    switch self.keys {
    case .days(let days, let asOf):
      gatherKeys(days.pointer, rows: rows, adding: -Int64(asOf), into: keys)
    case .counts(let counts): gatherKeys(counts.pointer, rows: rows, adding: 0, into: keys)
    case .money(let amounts): gatherKeys(amounts.pointer, rows: rows, into: keys)
    case .means(let totals, let orders):
      gatherMeanKeys(totals.pointer, orders: orders.pointer, rows: rows, into: keys)
    }
    switch self.scores {
    case .stored(let stored, let validity):
      gatherScores(stored.pointer, validity: validity?.words.pointer, rows: rows, into: scores)
    case .ofKeys(let counts):
      scoreKeys(
        UnsafeBufferPointer(keys), thresholds: ruler.low, counts: counts.pointer, rows: rows,
        into: scores)
    }
    groups.update(repeating: 0)
    guard let numbers = self.groups?.pointer else { return }
    for k in rows.indices where rows[k] != noRow { groups[k] = numbers[Int(rows[k])] }
  }
}

extension MeasureRuler {
  /// The rulers of r, f and m.
  static func scores(
    _ side: SnapshotSide, _ model: RFMModel
  ) throws(ChangesError) -> [MeasureRuler] {
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
          keys: try keys(side, measure, frequency: model.frequency, monetary: model.monetary),
          scores: .stored(scores, validity: side.frame[column]?.validity),
          ruler: MoveRuler(
            low: cuts.flatMap { padded($0.low) }, high: cuts.flatMap { padded($0.high) },
            cutCount: cutCount),
          groups: groups))
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
    var amounts = try side.money("monetary_total")
    if model.monetary == .mean {
      let totals = amounts
      amounts = AlignedBuffer(count: totals.count) {
        meanAmounts(totals.pointer, orders.pointer, into: $0)
      }
    }
    let sums = sumMeasures(
      purchaseDays.pointer, lastDays: try side.days("last_purchase").pointer,
      counts: counts.pointer, amounts: amounts.pointer)
    func floorMean(_ sum: Int128) -> Int64 {
      if sums.customers == 0 { return 0 }
      let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: Int128(sums.customers))
      return Int64(clamping: quotient - (remainder < 0 ? 1 : 0))
    }
    let thresholds = [
      floorMean(Int128(sums.lastDays)) - Int64(side.asOf), floorMean(Int128(sums.counts)),
      floorMean(sums.amounts),
    ]
    var rulers: [MeasureRuler] = []
    for (measure, threshold) in zip(RFMMeasure.allCases, thresholds) {
      rulers.append(
        MeasureRuler(
          keys: try keys(side, measure, frequency: model.frequency, monetary: model.monetary),
          scores: .ofKeys(counts: purchaseDays),
          ruler: MoveRuler(low: [threshold], high: [threshold], cutCount: 1), groups: nil))
    }
    return rulers
  }

  private static func keys(
    _ side: SnapshotSide, _ measure: RFMMeasure, frequency: RFMOptions.Frequency,
    monetary: RFMOptions.Monetary
  ) throws(ChangesError) -> Keys {
    switch measure {
    case .recency: return .days(try side.days("last_purchase"), asOf: side.asOf)
    case .frequency:
      return .counts(try side.counts(frequency == .orders ? "orders" : "purchase_days"))
    case .monetary:
      let totals = try side.money("monetary_total")
      return monetary == .mean
        ? .means(totals, orders: try side.counts("orders")) : .money(totals)
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
        // Of a snapshot whose means were not rounded: the nearest that is said of rounded ones.
        let value = (method == "ntile" ? lower : cut.value) * Double(Money.unitsPerOne)
        let low = Int64(max(-9e18, min(9e18, value.rounded(.down))))
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
