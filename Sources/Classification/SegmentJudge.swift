package import Columns
import Kernels
package import Models

/// A preset that judges single customers as it judged those of a snapshot: unseen ones, and what-ifs.
///
///     let judge = SegmentJudge(preset, bins: bins, model: model, snapshot: frame, asOf: day)
///     judge?.segment(r: 5, f: 4, m: 4, of: figures)?.name      // "Champions"
package struct SegmentJudge: Sendable {
  /// A customer's measures.
  package struct Figures: Sendable {
    package var recencyDays: Int64
    /// Orders or purchase days, whichever frequency counts.
    package var count: Int64
    package var orders: Int64
    /// In units of 10⁻⁴.
    package var monetary: Int64

    package init(recencyDays: Int64, count: Int64, orders: Int64, monetary: Int64) {
      self.recencyDays = recencyDays
      self.count = count
      self.orders = orders
      self.monetary = monetary
    }
  }

  package let preset: SegmentPreset
  private let bins: RFMBins
  private let frequency: RFMOptions.Frequency
  private let monetary: RFMOptions.Monetary
  /// What a customer must exceed, for a preset that compares with means.
  private let thresholds: MeanThresholds?
  private let asOf: Int32

  /// Reads the means of a snapshot's columns where the preset needs them, one pass; nil when they are not there.
  package init?(
    _ preset: SegmentPreset, bins: RFMBins, model: RFMModel, snapshot: Frame, asOf: Int32
  ) {
    self.preset = preset
    self.bins = bins
    self.asOf = asOf
    frequency = model.frequency
    monetary = model.monetary
    guard case .means = preset.rule else {
      thresholds = nil
      return
    }
    guard case .int32(let days)? = snapshot["purchase_days"]?.values,
      case .day(let lastDays)? = snapshot["last_purchase"]?.values,
      case .int32(let orders)? = snapshot["orders"]?.values,
      case .money(let totals)? = snapshot["monetary_total"]?.values
    else { return nil }
    thresholds = MeanThresholds(
      purchaseDays: days, lastDays: lastDays,
      counts: model.frequency == .orders ? orders : days, orders: orders, totals: totals,
      useMean: model.monetary == .mean)
  }

  /// The segment of a customer with these scores and measures; nil for scores beyond the bins.
  package func segment(r: Int, f: Int, m: Int, of figures: Figures) -> SegmentPreset.Segment? {
    if case .means(let table) = preset.rule {
      return preset.segments[table[index(of: figures)]]
    }
    guard (1...bins.recency).contains(r), (1...bins.frequency).contains(f),
      (1...bins.monetary).contains(m)
    else { return nil }
    return preset.code(r: r, f: f, m: m, bins: bins).map { preset.segments[$0] }
  }

  private func index(of figures: Figures) -> Int {
    guard let thresholds else { return 0 }
    let isRecent = Int64(asOf) - figures.recencyDays > Int64(thresholds.lastDay)
    let isFrequent = figures.count > thresholds.count
    return (isRecent ? 4 : 0) + (isFrequent ? 2 : 0) + (isAboveMeanAmount(figures) ? 1 : 0)
  }

  private func isAboveMeanAmount(_ figures: Figures) -> Bool {
    guard let thresholds else { return false }
    guard let mean = thresholds.mean else { return figures.monetary > thresholds.total }
    return Double(figures.monetary) / 10_000 / Double(max(1, figures.orders)) > mean
  }
}

extension SegmentJudge {
  /// A change of one measure that takes a customer to the other side of its mean.
  package struct Move: Sendable {
    /// The column that is measured.
    package let column: String
    package let isUp: Bool
    /// What the column must be.
    package let condition: String
    package let segment: SegmentPreset.Segment
  }

  /// The three moves of a customer, for a preset that compares with means; none for one that goes by scores.
  package func moves(of figures: Figures) -> [Move] {
    guard let thresholds, case .means(let table) = preset.rule else { return [] }
    let current = index(of: figures)
    func move(_ column: String, _ bit: Int, up: String, down: String) -> Move {
      let isUp = current & bit == 0
      return Move(
        column: column, isUp: isUp, condition: column + " " + (isUp ? up : down),
        segment: preset.segments[table[current ^ bit]])
    }
    let recency = Int64(asOf) - Int64(thresholds.lastDay)
    let count = thresholds.count
    var moves = [
      move("recency_days", 4, up: "<= \(recency - 1)", down: ">= \(recency)"),
      move(
        frequency == .orders ? "orders" : "purchase_days", 2, up: ">= \(count + 1)",
        down: "<= \(count)"),
    ]
    if let mean = thresholds.mean {
      moves.append(move("monetary_mean", 1, up: "> \(mean)", down: "<= \(mean)"))
    } else {
      let total = thresholds.total
      moves.append(
        move(
          "monetary_total", 1, up: ">= \(Money.text(total &+ 1))", down: "<= \(Money.text(total))"))
    }
    return moves
  }
}
