import Changes
import Columns
import Testing

@Suite struct DriftTests {
  @Test func theIndexIsTheSumByHand() {
    // (0.3 − 0.5)·ln 0.6 + (0.7 − 0.5)·ln 1.4 = 0.102165 + 0.067294
    let index = MeasureDrift.stabilityIndex([50, 50], [30, 70])
    #expect(abs(index - 0.169_459_572) < 1e-8)
    #expect(MeasureDrift.stabilityIndex([3, 4], [30, 40]) == 0)
    #expect(MeasureDrift.stabilityIndex([0, 0], [1, 2]) == 0)
    // An empty bin counts as a share of 10⁻⁴: (1e-4 − 0.5)·ln 2e-4 + (1 − 0.5)·ln 2.
    let empty = MeasureDrift.stabilityIndex([1, 1], [0, 1])
    #expect(abs(empty - (4.257_744_873 + 0.346_573_590)) < 1e-6)
  }

  @Test func theShiftIsRelativeToTheSpread() {
    let before = (1...9).map(Double.init)
    #expect(MeasureDrift.quantileShift(before, before.map { $0 + 2 }) == 0.25)
    #expect(MeasureDrift.quantileShift([Double](repeating: 4, count: 9), before) == 1.25)
    #expect(MeasureDrift.quantileShift([Double](repeating: 0, count: 9), before) == 9)
    #expect(MeasureDrift.quantileShift([], before) == nil)
  }

  private func frame(_ orders: [Int32], last: [Int32], clv: [Float], buyers: [Bool]) -> Frame {
    Frame(
      rowCount: orders.count,
      columns: [
        Column("last_purchase", .day(AlignedBuffer(last)), validity: Bitmap(buyers)),
        Column("orders", .int32(AlignedBuffer(orders))),
        Column("clv", .float32(AlignedBuffer(clv)), validity: Bitmap(buyers)),
        Column(
          "segment",
          .string(
            .uint8(AlignedBuffer(buyers.map { $0 ? 0 : 1 })), StringTable(["Buyer", "Prospect"]))),
      ])
  }

  @Test func measuresAreCutIntoTheDecilesOfTheEarlierSnapshot() throws {
    let orders = (1...100).map { Int32($0) }
    let buyers = [Bool](repeating: true, count: 100)
    let before = frame(
      orders, last: orders.map { 100 - $0 }, clv: orders.map { Float($0) }, buyers: buyers)
    // Everybody has 10 orders more; a tenth of the customers became prospects.
    let some = (0..<100).map { $0 >= 10 }
    let after = frame(
      orders.map { $0 + 10 }, last: orders.map { 100 - $0 }, clv: orders.map { Float($0) },
      buyers: some)
    let report = DriftReport(before: ("a", 100, before), after: ("b", 100, after))
    #expect(report.measures.map(\.measure) == ["recency_days", "orders", "clv", "segment"])
    let byName = Dictionary(uniqueKeysWithValues: report.measures.map { ($0.measure, $0) })
    // Deciles at ranks ⌊99·j/10⌋: 10, 20, …, 90.
    #expect(byName["orders"]?.decilesBefore == [10, 20, 30, 40, 50, 60, 70, 80, 90])
    #expect(byName["orders"]?.quantileShift == 10.0 / 80)
    // Ten bins of 10 then; now none up to 10, ten in each further one and 20 in the last.
    let expected = MeasureDrift.stabilityIndex(
      [Int](repeating: 10, count: 10), [0] + [Int](repeating: 10, count: 8) + [20])
    #expect(byName["orders"]?.stabilityIndex == expected)
    let segment = MeasureDrift.stabilityIndex([100, 0], [90, 10])
    #expect(abs((byName["segment"]?.stabilityIndex ?? 0) - segment) < 1e-12)
    // The ten who have no value any more are a bin of their own; the first decile's customers are gone.
    #expect((byName["clv"]?.stabilityIndex ?? 0) > 0.5)
  }

  @Test func thresholdsNameTheMeasure() throws {
    let before = frame([1, 2, 3], last: [1, 2, 3], clv: [1, 2, 3], buyers: [true, true, true])
    let after = frame([9, 9, 9], last: [1, 2, 3], clv: [1, 2, 3], buyers: [true, true, true])
    let report = DriftReport(before: ("a", 3, before), after: ("b", 3, after))
    let breaches = try DriftThresholds(stabilityIndex: 0.25).breaches(report)
    #expect(breaches.count == 1)
    #expect(breaches[0].hasPrefix("orders: PSI "))
    #expect(try DriftThresholds(quantileShift: 0.5).breaches(report).count == 1)
    #expect(
      try DriftThresholds(stabilityIndex: 0.25, stabilityIndexByMeasure: ["orders": 100])
        .breaches(report).isEmpty)
    #expect(try DriftThresholds().areNone)
    #expect(throws: ChangesError.self) { try DriftThresholds(stabilityIndex: -1) }
    #expect(throws: ChangesError.self) {
      try DriftThresholds(stabilityIndexByMeasure: ["weather": 1])
    }
  }
}
