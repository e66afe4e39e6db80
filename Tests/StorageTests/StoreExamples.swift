import Columns
import JSONText

@testable import Storage

/// Small publications that tests share.
enum Example {
  /// Customer code and rows (day, amount) of a batch.
  static func table(
    _ customers: [(code: UInt32, rows: [(day: Int32, amount: Int64)])], orders: Bool = false,
    extras: [Column] = []
  ) -> TransactionTable {
    var starts: [UInt32] = [0]
    for customer in customers { starts.append(starts.last! + UInt32(customer.rows.count)) }
    let rows = customers.flatMap(\.rows)
    return TransactionTable(
      customerCodes: AlignedBuffer(customers.map(\.code)), rowStarts: AlignedBuffer(starts),
      days: AlignedBuffer(rows.map(\.day)), amounts: AlignedBuffer(rows.map(\.amount)),
      orders: orders
        ? AlignedBuffer(rows.indices.map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63 }) : nil,
      extras: extras)
  }

  static let firstTable = table(
    [
      (0, [(20_000, 50_000), (20_003, 123_400)]), (1, [(20_001, 99_900)]),
      (2, [(19_999, -5_000), (20_010, 70_000), (20_010, 70_000)]),
    ], orders: true,
    extras: [
      Column(
        "channel",
        .string(.uint8(AlignedBuffer([0, 1, 0, 0, 1, 0])), StringTable(["web", "shop"])))
    ])

  static let secondTable = table([(1, [(20_011, 1_000)]), (3, [(20_011, 2_500)])])

  static let firstSource = BatchSource(name: "orders.csv", byteCount: 321, contentHash: 0xABCD)

  static let firstFrame = Frame(
    rowCount: 3,
    columns: [
      Column("customer_id", .text(StringTable(["ann", "bob", "zoé"]))),
      Column("recency_days", .int32(AlignedBuffer([7, 9, 0]))),
      Column("monetary_total", .money(AlignedBuffer([173_400, 99_900, 135_000]))),
      Column(
        "segment",
        .string(.uint8(AlignedBuffer([1, 0, 1])), StringTable(["Champions", "At Risk"]))),
      Column(
        "p_alive", .float64(AlignedBuffer([0.5, 0, 0.875])), validity: Bitmap([true, false, true])),
      Column("Ort/Größe", .bool(Bitmap([true, false, true]))),
    ])

  static var publication: Publication {
    Publication(
      batches: [BatchDraft(firstTable, sources: [firstSource], ingest: ["delimiter": ","])],
      customers: [
        CustomersDraft(
          newIDs: StringTable(["ann", "bob", "zoé"]),
          attributes: AttributeFrame(
            codes: AlignedBuffer([2, 0]),
            frame: Frame(
              rowCount: 2,
              columns: [
                Column("region", .string(.uint8(AlignedBuffer([0, 0])), StringTable(["north"])))
              ])))
      ],
      snapshots: [
        SnapshotDraft(
          asOf: 20_010, frame: firstFrame,
          hiddenColumns: [
            Column("first_day_total", .money(AlignedBuffer([50_000, 99_900, -5_000])))
          ],
          members: [JSON.Member("models", ["rfm": ["cuts": [1.5, 2]]])])
      ])
  }

  /// A store with the publication above in it.
  static func store(
    in directory: TemporaryDirectory, system: SystemCalls = .real
  ) throws -> Store {
    let store = try Store.create(at: directory("store"), system: system)
    var writer = try store.lockForWriting()
    try writer.commit(publication)
    let written = writer.store
    try writer.close()
    return written
  }
}
