import Changes
import Classification
import Columns
import JSONText
import Kernels
import Models

/// A customer as a test knows them.
struct Buyer: Equatable {
  let code: UInt32
  let lastDay: Int32
  let orders: Int32
  /// In units of 10⁻⁴.
  let total: Int64
}

/// A snapshot made of buyers, scored as the engine does it.
struct ChangeFixture {
  let side: SnapshotSide
  let scores: RFMScores
  let buyers: [Buyer]
  /// The segment of each row.
  let segments: [String]

  init(
    _ name: String, asOf: Int32, _ buyers: [Buyer], preset: String = "rfm-10",
    options: RFMOptions? = nil, further: [Column] = []
  ) throws {
    let summary = CustomerSummary(
      asOf: asOf, firstDays: AlignedBuffer(buyers.map(\.lastDay)),
      lastDays: AlignedBuffer(buyers.map(\.lastDay)), orders: AlignedBuffer(buyers.map(\.orders)),
      purchaseDays: AlignedBuffer(buyers.map(\.orders)),
      monetaryTotals: AlignedBuffer(buyers.map(\.total)),
      firstDayTotals: AlignedBuffer(buyers.map { _ in 0 }))
    let preset = SegmentPreset(named: preset)!
    scores = try RFMScores.score(summary, options: options ?? RFMOptions())
    let assignment = preset.assign(scores: scores, summary: summary)
    segments = assignment.codes.array.map { assignment.names[Int($0)] }
    var frame = Frame(rowCount: buyers.count)
    for column in [
      Column("last_purchase", .day(summary.lastDays)), Column("orders", .int32(summary.orders)),
      Column("purchase_days", .int32(summary.purchaseDays)),
      Column("monetary_total", .money(summary.monetaryTotals)),
      Column("r", .uint8(scores.recency)), Column("f", .uint8(scores.frequency)),
      Column("m", .uint8(scores.monetary)), assignment.column,
    ] + further { frame.append(column) }
    let listed = (preset.segments + [SegmentPreset.prospect]).map { segment -> JSON in
      [
        "name": .string(segment.name), "label": .string(segment.label),
        "when": .string(segment.rule), "action": .string("do \(segment.name)"),
      ]
    }
    side = SnapshotSide(
      name: name, asOf: asOf, codes: AlignedBuffer(buyers.map(\.code)), frame: frame,
      record: [
        "taxonomy": ["name": .string(preset.name), "segments": .array(listed)],
        "rfm": scores.model.json,
      ])
    self.buyers = buyers
  }

  /// Two snapshots of a base in which some buy again, some come and some are forgotten.
  static func pair(
    seed: UInt64, count: Int = 600, preset: String = "rfm-10", options: RFMOptions? = nil
  ) throws -> (ChangeFixture, ChangeFixture) {
    var random = RandomStream(seed: seed)
    // Ids stand in another order than codes, as after a second ingest.
    var codes = (0..<UInt32(count)).map { $0 }
    codes.shuffle(using: &random)
    var before: [Buyer] = []
    var after: [Buyer] = []
    for code in codes {
      let buyer = Buyer(
        code: code, lastDay: 20_000 - Int32(random.nextIndex(below: 400)),
        orders: 1 + Int32(random.nextIndex(below: 12)),
        total: Int64(random.nextIndex(below: 3_000)) * 10_000 - 50_000)
      let fate = random.nextIndex(below: 10)
      if fate != 0 { before.append(buyer) }
      if fate == 1 { continue }
      after.append(
        fate > 6
          ? Buyer(
            code: code, lastDay: 20_000 + Int32(random.nextIndex(below: 30)),
            orders: buyer.orders + 1 + Int32(random.nextIndex(below: 3)),
            total: buyer.total + Int64(random.nextIndex(below: 500)) * 10_000) : buyer)
    }
    return (
      try ChangeFixture("before", asOf: 20_000, before, preset: preset, options: options),
      try ChangeFixture("after", asOf: 20_030, after, preset: preset, options: options)
    )
  }
}
