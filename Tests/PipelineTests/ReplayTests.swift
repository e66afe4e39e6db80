import Changes
import Classification
import Columns
import Foundation
import Ingest
import JSONText
import Kernels
import Models
import Storage
import Testing

@testable import Pipeline

/// A store with two batches, whose customers do not stand in the order of their ids.
private final class Shop {
  let path: String

  init(customers: Int = 80) throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "strata-replay-\(UUID().uuidString)"
      ).path
    var random = RandomStream(seed: 11)
    for (number, ids) in [(0..<customers).filter { $0 % 3 != 0 }, (0..<customers).map { $0 }]
      .enumerated()
    {
      var csv = "customer,date,amount,region\n"
      for id in ids {
        for _ in 0...random.nextIndex(below: 4) {
          let day = Int32(20_000 + 60 * number + random.nextIndex(below: 60))
          csv += "c\(String(1_000 + id)),\(Day.text(day)),\(random.nextIndex(below: 900)).25,"
          csv += id % 2 == 0 ? "north\n" : "south\n"
        }
      }
      let file = path + ".csv"
      try Data(csv.utf8).write(to: URL(fileURLWithPath: file))
      defer { try? FileManager.default.removeItem(atPath: file) }
      var options = IngestOptions()
      options.keptColumns = ["region"]
      var job = try Job(store: path, creating: true)
      _ = try job.ingest(IngestRequest(paths: [file], options: options))
      _ = try job.publish()
    }
  }

  private init(copyOf other: Shop) throws {
    path = other.path + "-copy"
    try FileManager.default.copyItem(atPath: other.path, toPath: path)
  }

  func copy() throws -> Shop { try Shop(copyOf: self) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Every file by its name, but the lock.
  func contents() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: path)! {
      var isFolder: ObjCBool = false
      let full = path + "/" + name
      _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      if !isFolder.boolValue, name != "LOCK" {
        found[name] = try Data(contentsOf: URL(fileURLWithPath: full))
      }
    }
    return found
  }
}

@Suite struct ReplayTests {
  private func request(by group: String? = nil) throws -> ScoreRequest {
    var request = ScoreRequest(
      rfm: try RFMOptions(), preset: try #require(SegmentPreset(named: "rfm-10")))
    request.value = .lifetime(LifetimeScoring())
    request.clustering = ClusteringOptions(
      k: .fixed(3), features: ["recency_days", "orders", "monetary_total"])
    request.groupColumn = group
    return request
  }

  @Test(arguments: [nil, "region"])
  func aReplayPublishesTheBytesOfSeparateJobs(_ group: String?) throws {
    let replayed = try Shop()
    let separate = try replayed.copy()
    let request = try request(by: group)
    let schedule = ReplaySchedule(every: .days(40), since: 20_025, until: 20_110)
    var names: [String] = []
    var job = try Job(store: replayed.path)
    try job.replay(schedule, request) { names.append($1.name) }
    let dates: [Int32] = [20_025, 20_065, 20_105]
    #expect(names == dates.map { Day.text($0) + ".1" })
    for date in dates {
      var one = request
      one.asOf = date
      var job = try Job(store: separate.path)
      _ = try job.score(one)
      _ = try job.publish()
    }
    let contents = try replayed.contents()
    #expect(contents.keys.count { $0.hasPrefix("snapshots/") } > 40)
    #expect(contents == (try separate.contents()))
  }

  @Test func anErrorBeforePublishingEndsTheReplayThere() throws {
    struct Enough: Error {}
    let shop = try Shop()
    var job = try Job(store: shop.path)
    #expect(throws: Enough.self) {
      try job.replay(
        ReplaySchedule(every: .days(30), since: 20_030), request(),
        didScore: { job, base in if base.summary.asOf == 20_060 { throw Enough() } },
        didPublish: { _, _ in })
    }
    #expect(try Store.open(at: shop.path).manifest.snapshots.map(\.asOf) == [20_030])
  }

  @Test func datesFollowTheCalendar() throws {
    func texts(_ every: String, _ since: String, _ until: String) throws -> [String] {
      let step = try #require(ReplaySchedule.Step(every))
      return try ReplaySchedule(
        every: step, since: Day.parse(since)!, until: Day.parse(until)
      ).dates(within: (Day.parse("2025-01-01")!, Day.parse("2026-12-31")!)).map { Day.text($0) }
    }
    #expect(
      try texts("month", "2026-01-31", "2026-04-30") == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
      ])
    #expect(try texts("week", "2026-01-01", "2026-01-15").count == 3)
    #expect(try texts("10d", "2026-01-01", "2026-01-20") == ["2026-01-01", "2026-01-11"])
    // What lies before the first transaction is left out.
    #expect(try texts("3mo", "2024-08-15", "2025-06-01") == ["2025-02-15", "2025-05-15"])
    #expect(throws: PipelineError.self) { try texts("day", "2026-02-01", "2026-01-01") }
    for bad in ["", "0d", "fortnight", "1.5d", "-1d", "10"] {
      #expect(ReplaySchedule.Step(bad) == nil, "\(bad)")
    }
  }

  @Test func historyIsWhatEachSnapshotSays() throws {
    let shop = try Shop()
    var job = try Job(store: shop.path)
    try job.replay(
      ReplaySchedule(every: .days(40), since: 20_010), request(), didPublish: { _, _ in })
    let store = try Store.open(at: shop.path)
    let frames = try store.manifest.snapshots.map { try SnapshotReader(store, $0).frame }
    var steps = 0
    for id in ["c1000", "c1001", "c1042", "c1079"] {
      let history = try CustomerHistory(store, customer: id)
      var expected: [[JSON.Member]] = []
      for frame in frames {
        guard case .text(let ids)? = frame["customer_id"]?.values,
          let row = ids.firstIndex(of: id)
        else { continue }
        expected.append(
          frame.columns.dropFirst().map { JSON.Member($0.name, $0.json(row)) })
      }
      #expect(history.steps.map(\.values) == expected)
      steps += history.steps.count
    }
    #expect(steps > 5)
    #expect(throws: PipelineError.unknownCustomer(id: "c9", store: shop.path)) {
      try CustomerHistory(store, customer: "c9")
    }
    #expect(try store.customerIDs(of: [0, 79, 5, 54]).allSatisfy { $0.hasPrefix("c1") })
    for code in [0, 1, 52, 53, 54, 79] as [UInt32] {
      let id = try store.customerIDs(of: [code])[0]
      #expect(try store.customerCode(of: id) == code)
    }
  }

  @Test func aBaseIsComparedWithTheDateBefore() throws {
    let shop = try Shop()
    let request = try request()
    var job = try Job(store: shop.path)
    var reports: [DriftReport?] = []
    try job.replay(
      ReplaySchedule(every: .days(40), since: 20_040, until: 20_080), request,
      didScore: { job, base in reports.append(try job.drift(of: base)) }, didPublish: { _, _ in })
    #expect(reports.count == 2)
    #expect(reports[0] == nil)
    let store = try Store.open(at: shop.path)
    let sides = try store.manifest.snapshots.map { try SnapshotSide.load(store, $0) }
    let stored = DriftReport(
      before: (sides[0].name, sides[0].asOf, sides[0].frame),
      after: (sides[1].name, sides[1].asOf, sides[1].frame))
    #expect(reports[1]?.measures == stored.measures)
    #expect(stored.measures.map(\.measure) == DriftReport.measureNames)
  }
}
