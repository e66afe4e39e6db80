import Columns
import Kernels
import Models

extension SegmentJudge {
  /// A change of one measure that takes a customer to another segment of a preset that goes by measures.
  package struct Move: Sendable {
    /// The column that is measured.
    package let column: String
    package let isUp: Bool
    /// What the column must be.
    package let condition: String
    package let segment: SegmentPreset.Segment
  }

  /// The nearest changes that change the segment; none for a preset that goes by scores.
  package func moves(of figures: Figures) -> [Move] {
    switch thresholds {
    case .none: []
    case .means(let thresholds): meanMoves(figures, thresholds)
    case .spend(let a, let b): spendMoves(figures, a: a, b: b)
    case .rhythm: rhythmMoves(figures)
    }
  }

  /// The three that cross a mean.
  private func meanMoves(_ figures: Figures, _ thresholds: MeanThresholds) -> [Move] {
    guard case .means(let table) = preset.rule else { return [] }
    let code = code(r: 0, f: 0, m: 0, of: figures)
    guard let current = table.firstIndex(where: { $0 == code }) else { return [] }
    func move(_ column: String, _ bit: Int, up: String, down: String) -> Move {
      let isUp = current & bit == 0
      return Move(
        column: column, isUp: isUp, condition: column + " " + (isUp ? up : down),
        segment: preset.segments[table[current ^ bit]])
    }
    let recency = Int64(asOf) - Int64(thresholds.lastDay)
    let (count, amount) = (thresholds.count, thresholds.amount)
    return [
      move("recency_days", 4, up: "<= \(recency - 1)", down: ">= \(recency)"),
      move(
        frequency == .orders ? "orders" : "purchase_days", 2, up: ">= \(count + 1)",
        down: "<= \(count)"),
      move(
        monetary == .mean ? "monetary_mean" : "monetary_total", 1,
        up: ">= \(Money.text(amount &+ 1))", down: "<= \(Money.text(amount))"),
    ]
  }

  private func spendMoves(_ figures: Figures, a: Int64, b: Int64) -> [Move] {
    func segment(_ total: Int64) -> SegmentPreset.Segment? {
      var changed = figures
      changed.monetary = total
      return self.segment(r: 0, f: 0, m: 0, of: changed)
    }
    var moves: [Move] = []
    // Nobody spends as much as `max`: it stands for a class that is out of reach.
    let above = [b, a].filter { $0 > figures.monetary && $0 < .max }.min()
    if let above, let segment = segment(above) {
      moves.append(
        Move(
          column: "monetary_total", isUp: true,
          condition: "monetary_total >= \(Money.text(above))", segment: segment))
    }
    let below = [b, a].filter { $0 <= figures.monetary && $0 > .min }.max()
    if let below, let segment = segment(below - 1) {
      moves.append(
        Move(
          column: "monetary_total", isUp: false,
          condition: "monetary_total <= \(Money.text(below - 1))", segment: segment))
    }
    return moves
  }

  /// The next stage of silence when nothing is bought. Where `recency_days` changes, the days between the first
  /// and the last purchase stay.
  private func rhythmMoves(_ figures: Figures) -> [Move] {
    let recency = Int64(asOf) - Int64(figures.lastDay)
    func code(_ days: Int64) -> Int? {
      var changed = figures
      let back = Int32(clamping: days - recency)
      changed.firstDay = figures.firstDay &- back
      changed.lastDay = figures.lastDay &- back
      return self.code(r: 0, f: 0, m: 0, of: changed)
    }
    let current = code(recency)
    /// The first of `low...high` days that is of another stage; stages follow each other in time.
    func change(_ low: Int64, _ high: Int64, _ isOther: (Int64) -> Bool) -> Int64? {
      var (low, high) = (low, high)
      guard low <= high, isOther(high) else { return nil }
      while low < high {
        let middle = low + (high - low) / 2
        if isOther(middle) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    func move(_ days: Int64, isUp: Bool) -> Move? {
      guard let code = code(days), preset.segments.indices.contains(code) else { return nil }
      return Move(
        column: "recency_days", isUp: isUp,
        condition: "recency_days \(isUp ? "<=" : ">=") \(days)", segment: preset.segments[code])
    }
    var moves: [Move] = []
    if let first = change(0, recency, { code($0) == current }), first > 0,
      let up = move(first - 1, isUp: true)
    {
      moves.append(up)
    }
    if let next = change(recency + 1, recency + 36_500, { code($0) != current }),
      let down = move(next, isUp: false)
    {
      moves.append(down)
    }
    return moves
  }
}
