import Classification
import Columns
import Foundation
import Ingest
import JSONText
import Models
import Storage
import Testing

@testable import Pipeline

/// Amounts that add up past 64 bits are found before they are in force.
@Suite struct CustomerTotalsTests {
  private static let header = "customer_id,date,amount\n"
  /// In currency: two of them are past 2⁶³ units.
  private static let huge = "900000000000000"

  private func manifest(_ store: TestStore) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: store.path + "/manifest.json"))
  }

  private func folders(_ store: TestStore) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store.path + "/batches").sorted()
  }

  private func score(_ store: TestStore) throws -> SnapshotReader {
    try store.score {
      $0.value = nil
      $0.clustering = nil
    }
  }

  /// A second batch in each of the ways that rows can come in; the first has customers b and d.
  @Test(
    arguments: [
      "b,2024-01-02,\(huge)",  // codes in order: streamed
      "z,2024-01-02,1\na,2024-01-02,2\nb,2024-01-02,\(huge)",  // new ids among the old
      "b,2023-12-01,\(huge)",  // late
      "b,2024-01-01,\(huge)",  // the same day
      "b,2024-01-02,-\(huge)",  // given back: as of the day before it would still be too much
      "d,2024-01-02,5\nb,2024-01-02,450000000000000",
    ], [false, true])
  func aSecondBatchIsRefusedAndTheStoreStays(_ rows: String, _ isRun: Bool) throws {
    for limit in [Int.max, 1] {
      let store = try TestStore()
      try store.ingest(Self.header + "b,2024-01-01,\(Self.huge)\nd,2024-01-01,7\n")
      _ = try score(store)
      let before = (try manifest(store), try folders(store))
      var options = IngestOptions()
      options.memoryLimitByteCount = limit
      let request = IngestRequest(
        paths: [try store.write(Self.header + rows + "\n")], options: options)
      do {
        var job = try Job(store: store.path)
        let scoring =
          isRun ? ScoreRequest(rfm: try RFMOptions(), preset: SegmentPreset(named: "rfm-10")!) : nil
        #expect(throws: PipelineError.customerTooLarge(id: "b")) {
          _ = try job.ingest(request, scoring: scoring)
        }
      }
      #expect(try manifest(store) == before.0 && folders(store) == before.1)
      // The next night goes on as if nothing had been.
      try store.ingest(Self.header + "b,2024-01-03,1\na,2024-01-03,2\n")
      let reader = try score(store)
      #expect(reader.ids == ["a", "b", "d"])
      #expect(reader.values("monetary_total")[1] == "900000000000001.00")
    }
  }

  @Test func theMessageSaysWhoAndWhatToDo() {
    let text = "\(PipelineError.customerTooLarge(id: "c 7"))"
    for part in ["customer c 7", "922,337,203,685,477", "the store is as it was", "Check"] {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func customersTogetherMayComeToMoreThanOneMayHave() throws {
    let store = try TestStore()
    for (day, id) in ["a", "b", "c"].enumerated() {
      try store.ingest(Self.header + "\(id),2024-01-0\(day + 1),\(Self.huge)\n")
    }
    for preset in SegmentPreset.names {
      var job = try Job(store: store.path)
      let base = try job.score(
        store.scoreRequest {
          $0.taxonomies = [Taxonomy(SegmentPreset(named: preset)!)]
          $0.clustering = nil
          if preset != SegmentPreset.names[0] { $0.value = nil }
          $0.isFull = true
        })
      #expect(base.segmentTable.revenue == 3 * Int128(9_000_000_000_000_000_000))
      #expect(base.segmentTable.rows.reduce(0) { $0 + ($1.revenueShare ?? 0) } == 1)
    }
  }

  /// Runs ingests that may give a customer 250 units and three rows.
  private func ingest(_ store: TestStore, _ rows: String) throws -> CustomerMost {
    var job = try Job(store: store.path, creating: true)
    job.customerLimit = CustomerMost(magnitude: 2_500_000, rowCount: 3)
    _ = try job.ingest(try store.request(Self.header + rows))
    let batch = try job.publish().batches[0]
    let record = try store.opened().batchRecord(batch)["ingest"]
    return try #require(CustomerMost(record?["mostOfACustomer"]))
  }

  @Test func theBoundGrowsBySumsUntilCustomersAreCounted() throws {
    let store = try TestStore()
    func rows(_ day: Int, _ amount: Int) -> String {
      (0..<2).map { "c\($0),2024-01-0\(day),\(amount)\n" }.joined()
    }
    func most(_ units: Int, _ count: Int) -> CustomerMost {
      CustomerMost(magnitude: UInt128(units) * 10_000, rowCount: count)
    }
    // 200 in all: no customer can have more than 250.
    #expect(try ingest(store, rows(1, 100)) == most(200, 2))
    // 200 and 60 might be too much: nobody has more than 130.
    #expect(try ingest(store, rows(2, 30)) == most(130, 2))
    #expect(try ingest(store, "new,2024-01-03,100\n") == most(230, 3))
    // 130 and 130: the bound said that it might be, and it is.
    #expect(throws: PipelineError.customerTooLarge(id: "c1")) {
      _ = try ingest(store, "c1,2024-01-04,130\n")
    }
    // Rows are counted as well: c0 has two and may have three.
    #expect(try ingest(store, "c0,2024-01-04,1\n") == most(131, 3))
    #expect(throws: PipelineError.customerTooLarge(id: "c0")) {
      _ = try ingest(store, "c0,2024-01-05,1\n")
    }
    #expect(try store.opened().manifest.batches.count == 4)
  }

  @Test func aStoreOfAnEarlierVersionIsBoundedByItsBlocks() throws {
    let store = try TestStore()
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/store-v1")
    try FileManager.default.copyItem(atPath: fixture.path, toPath: store.path)
    let opened = try store.opened()
    let most = try opened.customerMost()
    let sum = try opened.manifest.batches.reduce(UInt128(0)) { sum, entry in
      let amounts = try opened.loadBatch(entry).amounts.array
      return amounts.reduce(sum) { $0 + UInt128($1.magnitude) }
    }
    #expect(most.magnitude >= sum && most.magnitude > 0)
    #expect(most.rowCount == opened.manifest.batches.reduce(0) { $0 + $1.rowCount })
    #expect(most.fits(.limit))
  }

  @Test func whoIsPastTheLimitAlreadyIsNamedAndBlocksNobodyElse() throws {
    let store = try TestStore()
    for day in 1...2 {
      // As earlier versions took them.
      var job = try Job(store: store.path, creating: true)
      job.customerLimit = CustomerMost(magnitude: .max, rowCount: .max)
      _ = try job.ingest(
        try store.request(Self.header + "a,2024-01-0\(day),\(Self.huge)\nc,2024-01-01,\(day)\n"))
      _ = try job.publish()
    }
    let error = PipelineError.unscorableCustomer(id: "a", batches: ["000001", "000002"])
    #expect(throws: error) { _ = try score(store) }
    #expect(throws: error) { _ = try store.opened().summary(asOf: 20_000, limit: .max) }
    try store.ingest(Self.header + "b,2024-01-03,5\n")
    #expect(throws: PipelineError.customerTooLarge(id: "a")) {
      try store.ingest(Self.header + "a,2024-01-03,5\n")
    }
    #expect("\(error)".contains("in batches 000001, 000002"))
  }
}
