/// When drift is too much. A measure of its own name overrides the general threshold.
package struct DriftThresholds: Sendable, Equatable {
  package let stabilityIndex: Double?
  package let quantileShift: Double?
  package let stabilityIndexByMeasure: [String: Double]
  /// Whether a run that drifts too much publishes nothing.
  package let blocksPublishing: Bool

  /// Thresholds from 0 on.
  package init(
    stabilityIndex: Double? = nil, quantileShift: Double? = nil,
    stabilityIndexByMeasure: [String: Double] = [:], blocksPublishing: Bool = false
  ) throws(ChangesError) {
    let all = [stabilityIndex, quantileShift].compactMap { $0 } + stabilityIndexByMeasure.values
    guard all.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .badThreshold("a drift threshold is a number from 0 on")
    }
    for name in stabilityIndexByMeasure.keys.sorted()
    where !DriftReport.measureNames.contains(name) {
      throw .badThreshold(
        "there is no measure \(name) to drift; the measures are "
          + DriftReport.measureNames.joined(separator: ", "))
    }
    self.stabilityIndex = stabilityIndex
    self.quantileShift = quantileShift
    self.stabilityIndexByMeasure = stabilityIndexByMeasure
    self.blocksPublishing = blocksPublishing
  }

  package var areNone: Bool {
    stabilityIndex == nil && quantileShift == nil && stabilityIndexByMeasure.isEmpty
  }

  /// What of a report is past its threshold, in words; empty when nothing is.
  package func breaches(_ report: DriftReport) -> [String] {
    report.measures.flatMap { drift -> [String] in
      var found: [String] = []
      if let most = stabilityIndexByMeasure[drift.measure] ?? stabilityIndex,
        drift.stabilityIndex > most
      {
        found.append("\(drift.measure): PSI \(rounded(drift.stabilityIndex)), at most \(most)")
      }
      if let most = quantileShift, let shift = drift.quantileShift, shift > most {
        found.append("\(drift.measure): quantile shift \(rounded(shift)), at most \(most)")
      }
      return found
    }
  }

  private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
