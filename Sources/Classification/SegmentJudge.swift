package import Columns
import Kernels
package import Models

/// A preset that judges single customers as it judged those of a snapshot: unseen ones, and what-ifs.
///
///     let judge = SegmentJudge(preset, bins: bins, model: model, snapshot: frame, asOf: day)
///     judge?.segment(r: 5, f: 4, m: 4, of: figures)?.name      // "Champions"
package struct SegmentJudge: Sendable {
  /// A customer's measures.
  package struct Figures: Sendable, Equatable {
    package var firstDay: Int32
    package var lastDay: Int32
    package var orders: Int32
    package var purchaseDays: Int32
    /// Net total, in units of 10⁻⁴.
    package var monetary: Int64

    package init(
      firstDay: Int32, lastDay: Int32, orders: Int32, purchaseDays: Int32, monetary: Int64
    ) {
      self.firstDay = firstDay
      self.lastDay = lastDay
      self.orders = orders
      self.purchaseDays = purchaseDays
      self.monetary = monetary
    }
  }

  /// What the base says of a preset that compares customers with all others.
  enum Thresholds: Sendable {
    /// Scores say all.
    case none
    case means(MeanThresholds)
    /// Totals from which on customers are in A, and in B.
    case spend(a: Int64, b: Int64)
    /// Days of silence of those who bought on one day.
    case rhythm(SilenceLimits)
  }

  package let preset: SegmentPreset
  let asOf: Int32
  let thresholds: Thresholds
  let frequency: RFMOptions.Frequency
  let monetary: RFMOptions.Monetary
  private let bins: RFMBins

  /// Reads a snapshot's columns where the preset needs them, a pass or some; nil when they are not there.
  package init?(
    _ preset: SegmentPreset, bins: RFMBins, model: RFMModel, snapshot: Frame, asOf: Int32
  ) {
    self.preset = preset
    self.bins = bins
    self.asOf = asOf
    frequency = model.frequency
    monetary = model.monetary
    if case .fifths = preset.rule {
      thresholds = .none
      return
    }
    guard let summary = CustomerSummary(snapshot, asOf: asOf) else { return nil }
    thresholds = preset.thresholds(summary, frequency: frequency, monetary: monetary)
  }

  /// The segment of a customer with these scores and measures; nil for scores beyond the bins.
  package func segment(r: Int, f: Int, m: Int, of figures: Figures) -> SegmentPreset.Segment? {
    let code = code(r: r, f: f, m: m, of: figures)
    return code.flatMap { $0 < preset.segments.count ? preset.segments[$0] : nil }
  }

  /// The same as the preset's code.
  package func code(r: Int, f: Int, m: Int, of figures: Figures) -> Int? {
    if case .fifths = preset.rule {
      guard (1...bins.recency).contains(r), (1...bins.frequency).contains(f),
        (1...bins.monetary).contains(m)
      else { return nil }
      return preset.code(r: r, f: f, m: m, bins: bins)
    }
    return Int(preset.code(of: figures, thresholds, asOf: asOf, frequency, monetary))
  }
}

extension CustomerSummary {
  /// The summary that a snapshot's columns hold, without the first day's totals; nil when one is missing. Rows
  /// without purchase days have any days.
  fileprivate init?(_ snapshot: Frame, asOf: Int32) {
    guard case .int32(let days)? = snapshot["purchase_days"]?.values,
      case .day(let firstDays)? = snapshot["first_purchase"]?.values,
      case .day(let lastDays)? = snapshot["last_purchase"]?.values,
      case .int32(let orders)? = snapshot["orders"]?.values,
      case .money(let totals)? = snapshot["monetary_total"]?.values
    else { return nil }
    self.init(
      asOf: asOf, firstDays: firstDays, lastDays: lastDays, orders: orders, purchaseDays: days,
      monetaryTotals: totals, firstDayTotals: totals)
  }
}

extension SegmentPreset {
  /// What a base says, for judging one customer after the other.
  func thresholds(
    _ summary: CustomerSummary, frequency: RFMOptions.Frequency, monetary: RFMOptions.Monetary
  ) -> SegmentJudge.Thresholds {
    switch rule {
    case .fifths: .none
    case .means:
      .means(
        MeanThresholds(
          purchaseDays: summary.purchaseDays, lastDays: summary.lastDays,
          counts: frequency == .orders ? summary.orders : summary.purchaseDays,
          amounts: monetary == .total
            ? summary.monetaryTotals
            : meanAmountsInParallel(summary.monetaryTotals, orders: summary.orders)))
    case .spend:
      {
        let (a, b) = SegmentPreset.spendThresholds(summary.monetaryTotals)
        return .spend(a: a, b: b)
      }()
    case .rhythm: .rhythm(SegmentPreset.singleLimits(summary))
    }
  }

  /// The code of one customer who has bought, by the kernels that judge whole bases.
  fileprivate func code(
    of figures: SegmentJudge.Figures, _ thresholds: SegmentJudge.Thresholds, asOf: Int32,
    _ frequency: RFMOptions.Frequency, _ monetary: RFMOptions.Monetary
  ) -> UInt8 {
    func one<Value>(_ value: Value, _ body: (UnsafeBufferPointer<Value>) -> Void) {
      withUnsafePointer(to: value) { body(UnsafeBufferPointer(start: $0, count: 1)) }
    }
    let prospect = UInt8(segments.count)
    var code = prospect
    withUnsafeMutablePointer(to: &code) { code in
      let codes = UnsafeMutableBufferPointer(start: code, count: 1)
      one(figures.purchaseDays) { days in
        switch (rule, thresholds) {
        case (.means(let table), .means(let thresholds)):
          let amount =
            monetary == .total
            ? figures.monetary : meanAmount(figures.monetary, orders: Int64(figures.orders))
          one(figures.lastDay) { last in
            one(frequency == .orders ? figures.orders : figures.purchaseDays) { count in
              one(amount) { amount in
                classifyByMeans(
                  days, lastDays: last, counts: count, amounts: amount, thresholds: thresholds,
                  table: table.map(UInt8.init), prospect: prospect, into: codes)
              }
            }
          }
        case (.spend, .spend(let a, let b)):
          one(figures.monetary) { total in
            classifySpend(days, totals: total, a: a, b: b, prospect: prospect, into: codes)
          }
        case (.rhythm, .rhythm(let single)):
          one(figures.firstDay) { first in
            one(figures.lastDay) { last in
              classifyRhythm(
                days, firstDays: first, lastDays: last, asOf: asOf, single: single,
                factors: SegmentPreset.factors, loyalDays: SegmentPreset.loyalDays, into: codes)
            }
          }
        default: break
        }
      }
    }
    return code
  }
}
