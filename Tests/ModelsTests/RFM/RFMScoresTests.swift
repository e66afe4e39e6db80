import Columns
import JSONText
import Kernels
import Testing

@testable import Models

@Suite struct RFMScoresTests {
  private func scores(
    _ counts: [Int32], bins: Int = 5
  ) throws -> RFMScores {
    let count = counts.count
    let summary = CustomerSummary(
      asOf: 100, firstDays: AlignedBuffer(repeating: 1, count: count),
      lastDays: AlignedBuffer(counts), orders: AlignedBuffer(counts),
      purchaseDays: AlignedBuffer(repeating: 1, count: count),
      monetaryTotals: AlignedBuffer(counts.map(Int64.init)),
      firstDayTotals: AlignedBuffer(repeating: 0, count: count))
    return try RFMScores.score(summary, options: RFMOptions(bins: RFMBins(bins)))
  }

  /// The values of the three measures of scored customers, more is better, in whole numbers.
  private func measures(_ summary: CustomerSummary, _ options: RFMOptions, row: Int) -> [Int] {
    [
      Int(summary.lastDays[row]),
      Int(options.frequency == .orders ? summary.orders[row] : summary.purchaseDays[row]),
      Int(summary.monetaryTotals[row]),
    ]
  }

  @Test(arguments: 0..<24 as Range<UInt64>)
  func `quantile and ntile scores equal the definitions`(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    let count = 1 + random.nextIndex(below: 3_000)
    let summary = randomSummary(
      count: count, prospectShare: seed % 3 == 0 ? 0 : 0.2, random: &random)
    let bins = RFMBins(
      recency: 2 + random.nextIndex(below: 9), frequency: 2 + random.nextIndex(below: 9),
      monetary: 2 + random.nextIndex(below: 9))
    let ranks = (0..<count).map { UInt32($0) }.shuffled(using: &random)
    let groupCodes = (0..<count).map { _ in UInt8(random.nextIndex(below: 3)) }
    let column = Column(
      "region", .string(.uint8(AlignedBuffer(groupCodes)), StringTable(["n", "unused", "s"])),
      validity: Bitmap(count: count) { $0 % 7 != 0 })
    let isGrouped = seed % 2 == 0
    for method in [RFMOptions.Method.quantile, .ntile] {
      let options = try RFMOptions(
        bins: bins, frequency: seed % 4 < 2 ? .orders : .days, method: method)
      let scores = try RFMScores.score(
        summary, options: options, by: isGrouped ? column : nil, idRanks: AlignedBuffer(ranks))
      for group in -1...2 {
        let rows = (0..<count).filter { row in
          if summary.isProspect(row) { return false }
          let own = column.isNull(row) ? -1 : Int(groupCodes[row])
          return isGrouped ? own == group : group == 0
        }
        for (i, measure) in RFMMeasure.allCases.enumerated() {
          let values = rows.map { measures(summary, options, row: $0)[i] }
          // Days since are the mirror image of last days: the quantiles of one are those of the other.
          let expected =
            method == .ntile
            ? NaiveRFM.ntile(
              values.map(Double.init), ties: rows.map { Int(ranks[$0]) }, bins: bins[measure])
            : i == 0
              ? NaiveRFM.quantileScores(values.map { -$0 }, bins: bins[measure]).map {
                bins[measure] + 1 - $0
              } : NaiveRFM.quantileScores(values, bins: bins[measure])
          let column = [scores.recency, scores.frequency, scores.monetary][i]
          #expect(rows.map { Int(column[$0]) } == expected, "seed \(seed) \(measure) \(group)")
        }
      }
      for row in 0..<count where summary.isProspect(row) {
        #expect(scores.recency[row] == 0 && scores.validity?[row] == false)
      }
    }
  }

  @Test func `a quantile cut is interpolated and equal values share a score`() throws {
    // Type 7 at 1/5 … 4/5 of 1…6: 2, 3, 4, 5. Only values above a cut gain a point.
    let scores = try scores([1, 2, 3, 4, 5, 6])
    #expect(scores.frequency.array == [1, 1, 2, 3, 4, 5])
    #expect(scores.model.groups[0].frequency.cuts.map(\.value) == [2, 3, 4, 5])
    // Recency 99…94 days: cuts 95, 96, 97, 98; 5 less the cuts that are exceeded.
    #expect(scores.recency.array == [1, 2, 3, 4, 5, 5])
    #expect(scores.model.groups[0].recency.cuts.map(\.value) == [95, 96, 97, 98])
    let between = try self.scores([0, 10], bins: 4)
    #expect(between.model.groups[0].frequency.cuts.map(\.value) == [2.5, 5, 7.5])
    #expect(between.frequency.array == [1, 4])
  }

  @Test func `bins that ties leave empty are named`() throws {
    let scores = try scores([1, 1, 1, 1, 1, 1, 1, 9])
    #expect(scores.frequency.array == [1, 1, 1, 1, 1, 1, 1, 5])
    #expect(scores.model.groups[0].frequency.emptyBins == [2, 3, 4])
    #expect(scores.model.groups[0].frequency.counts == [7, 0, 0, 0, 1])
    #expect(
      scores.model.emptyBinNotes.contains(
        "frequency: equal values leave score 2, 3, 4 without customers"))
  }

  @Test func `given cuts make one bin more than there are cuts`() throws {
    let options = try RFMOptions(
      method: .cuts(recency: [30.5], frequency: [1, 3], monetary: [0, 0.0049, 10]))
    var random = RandomStream(seed: 5)
    let summary = randomSummary(count: 500, prospectShare: 0.1, random: &random)
    let scores = try RFMScores.score(summary, options: options)
    #expect(scores.bins == RFMBins(recency: 2, frequency: 3, monetary: 4))
    for row in 0..<500 where !summary.isProspect(row) {
      let days = summary.asOf - summary.lastDays[row]
      #expect(scores.recency[row] == (days > 30 ? 1 : 2))
      let orders = summary.orders[row]
      #expect(scores.frequency[row] == 1 + (orders > 1 ? 1 : 0) + (orders > 3 ? 1 : 0))
      let total = summary.monetaryTotals[row]
      #expect(
        scores.monetary[row] == 1 + (total > 0 ? 1 : 0) + (total > 49 ? 1 : 0)
          + (total > 100_000 ? 1 : 0))
    }
  }

  @Test func `mean spend is the total over the orders`() throws {
    var random = RandomStream(seed: 6)
    let summary = randomSummary(count: 3_000, prospectShare: 0.1, random: &random)
    let scores = try RFMScores.score(summary, options: RFMOptions(monetary: .mean))
    let rows = (0..<3_000).filter { !summary.isProspect($0) }
    // As the column monetary_mean has them: in whole units of 10⁻⁴, halves to even.
    let means = rows.map {
      (Double(summary.monetaryTotals[$0]) / Double(summary.orders[$0])).rounded(.toNearestOrEven)
    }
    let sorted = means.sorted()
    for (row, mean) in zip(rows, means) {
      let above = (1..<5).count { j in
        let position = (sorted.count - 1) * j
        let low = sorted[position / 5]
        let high = sorted[min(position / 5 + 1, sorted.count - 1)]
        return (mean - low) * 5 > (high - low) * Double(position % 5)
      }
      #expect(Int(scores.monetary[row]) == 1 + above)
    }
  }

  @Test func `scores do not depend on the number of threads`() throws {
    var random = RandomStream(seed: 7)
    let summary = randomSummary(count: 140_000, prospectShare: 0.05, random: &random)
    defer { Parallel.setThreadCount(0) }
    var results: [[UInt8]] = []
    for threads in [1, 3] {
      Parallel.setThreadCount(threads)
      let scores = try RFMScores.score(summary, options: RFMOptions(monetary: .mean))
      results.append(scores.recency.array + scores.frequency.array + scores.monetary.array)
    }
    #expect(results[0] == results[1])
  }

  @Test func `the rfm column spells the scores and prospects have none`() throws {
    var random = RandomStream(seed: 8)
    let summary = randomSummary(count: 300, prospectShare: 0.3, random: &random)
    for bins in [5, 10] {
      let scores = try RFMScores.score(summary, options: RFMOptions(bins: RFMBins(bins)))
      let columns = scores.columns
      #expect(columns.map(\.name) == ["r", "f", "m", "rfm"])
      guard case .string(let codes, let table) = columns[3].values else {
        Issue.record("rfm is a string column")
        return
      }
      for row in 0..<300 {
        #expect(columns.allSatisfy { $0.isNull(row) == summary.isProspect(row) })
        if summary.isProspect(row) { continue }
        let parts = [scores.recency[row], scores.frequency[row], scores.monetary[row]]
        #expect(
          table[codes[row]] == parts.map { String($0) }.joined(separator: bins == 10 ? "-" : ""))
      }
    }
  }

  @Test func `a model survives JSON exactly`() throws {
    var random = RandomStream(seed: 10)
    let summary = randomSummary(count: 400, prospectShare: 0.1, random: &random)
    let codes = AlignedBuffer((0..<400).map { UInt16($0 % 2) })
    let column = Column("region", .string(.uint16(codes), StringTable(["north", "south"])))
    for monetary in RFMOptions.Monetary.allCases {
      let model = try RFMScores.score(
        summary, options: RFMOptions(monetary: monetary), by: column
      ).model
      #expect(model.groups.map(\.name) == ["north", "south"])
      #expect(try RFMModel(json: JSON.parse(model.json.prettyText)) == model)
    }
    #expect(throws: RFMError.notAModel("method")) { try RFMModel(json: [:]) }
  }

  @Test func `a cut between extremes is exact`() {
    let cut = RFMCut.integer(lower: .min, upper: .max, numerator: 9, denominator: 10)
    // min + ⌊9·(2⁶⁴ − 1) / 10⌋
    #expect(cut.floor == 7_378_697_629_483_820_645)
    let near = RFMCut.real(lower: 1, upper: 1.0.nextUp, numerator: 9, denominator: 10)
    #expect(near.value == 1)
  }

  @Test func `nobody to score makes no cuts`() throws {
    let scores = try RFMScores.score(
      CustomerSummary(
        asOf: 1, firstDays: AlignedBuffer([CustomerSummary.noDay]),
        lastDays: AlignedBuffer([CustomerSummary.noDay]), orders: AlignedBuffer([0]),
        purchaseDays: AlignedBuffer([0]), monetaryTotals: AlignedBuffer([0]),
        firstDayTotals: AlignedBuffer([0])),
      options: RFMOptions())
    #expect(scores.recency.array == [0])
    #expect(scores.model.groups[0].recency.cuts.isEmpty)
    #expect(scores.model.emptyBinNotes.isEmpty)
  }

  @Test func `options and columns that make no sense are refused`() throws {
    #expect(throws: RFMError.binsOutOfRange(.frequency, 11)) {
      try RFMOptions(bins: RFMBins(recency: 5, frequency: 11, monetary: 5))
    }
    #expect(throws: RFMError.binsOutOfRange(.recency, 1)) {
      try RFMOptions(method: .cuts(recency: [], frequency: [1], monetary: [1]))
    }
    #expect(throws: RFMError.cutsNotRising(.monetary, [2, 2])) {
      try RFMOptions(method: .cuts(recency: [1], frequency: [1], monetary: [2, 2]))
    }
    #expect(throws: RFMError.cutOutOfRange(.recency, [1e300])) {
      try RFMOptions(method: .cuts(recency: [1e300], frequency: [1], monetary: [2]))
    }
    var random = RandomStream(seed: 1)
    let summary = randomSummary(count: 3, prospectShare: 0, random: &random)
    #expect(throws: RFMError.rankCount(found: 1, expected: 3)) {
      try RFMScores.score(summary, options: RFMOptions(), idRanks: AlignedBuffer([0]))
    }
    let wrong = Column("age", .int32(AlignedBuffer([1, 2, 3])))
    #expect(throws: RFMError.notAGroupColumn(name: "age", type: "int32")) {
      try RFMScores.score(summary, options: RFMOptions(), by: wrong)
    }
  }
}
