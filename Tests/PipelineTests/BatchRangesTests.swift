import Aggregation
import Columns
import Foundation
import Ingest
import Kernels
import Models
import Storage
import Testing

@testable import Pipeline

/// Rows read by short ranges of customers against the same rows in tables.
@Suite struct BatchRangesTests {
  /// Three logs that overlap in time, customers and order ids; the last has another kept column.
  private func logs(seed: UInt64, rowCount: Int = 900) -> [String] {
    var random = RandomStream(seed: seed)
    return (0..<3).map { log in
      var text = "customer_id,order_date,amount,order_no,\(log == 2 ? "region" : "channel")\n"
      for _ in 0..<rowCount {
        let customer = random.nextIndex(below: 300) * (log + 1)
        let day = Day.text(19_000 + Int32(random.nextIndex(below: 200)))
        let order = random.nextIndex(below: 40)
        text += "k\(customer),\(day),\(random.nextIndex(below: 9_000)).5,"
        text += order == 0 ? "," : "o\(order),"
        text += ["web", "shop", "", "mail"][random.nextIndex(below: 4)] + "\n"
      }
      return text
    }
  }

  private func store(seed: UInt64) throws -> TestStore {
    let store = try TestStore()
    for (number, log) in logs(seed: seed).enumerated() {
      var options = IngestOptions()
      options.orderColumn = "order_no"
      options.keptColumns = [number == 2 ? "region" : "channel"]
      var job = try Job(store: store.path, creating: true)
      _ = try job.ingest(IngestRequest(paths: [try store.write(log)], options: options))
      _ = try job.publish()
    }
    return store
  }

  private func ranges(_ store: Store, _ leastRowCount: Int) throws -> BatchRanges {
    try BatchRanges(
      store.manifest.batches.map { .stored(try store.storedBatch($0)) },
      customerCount: store.customerCount, limit: 1, leastRowCount: leastRowCount)
  }

  private func tables(_ store: Store) throws -> BatchRanges {
    try BatchRanges(
      store.manifest.batches.map { .table(try store.loadBatch($0, extras: .all)) },
      customerCount: store.customerCount, limit: .max)
  }

  private func bytes(_ summary: CustomerSummary) -> [[Int64]] {
    [
      summary.firstDays.array.map { Int64($0) }, summary.lastDays.array.map { Int64($0) },
      summary.orders.array.map { Int64($0) }, summary.purchaseDays.array.map { Int64($0) },
      summary.monetaryTotals.array, summary.firstDayTotals.array,
    ]
  }

  @Test(arguments: [1, 7, 100, 10_000])
  func summariesDoNotDependOnRanges(rowCount: Int) throws {
    let folder = try self.store(seed: 1)
    defer { withExtendedLifetime(folder) {} }
    let store = try folder.opened()
    let (some, all) = (try ranges(store, rowCount), try tables(store))
    for window in [nil, 30] as [Int?] {
      let asOf: Int32 = 19_170
      let short = try CustomerSummary.aggregate(
        some, customerCount: store.customerCount, asOf: asOf, windowDays: window)
      let long = try CustomerSummary.aggregate(
        all, customerCount: store.customerCount, asOf: asOf, windowDays: window)
      #expect(bytes(short) == bytes(long))
      #expect(short.orders.array.reduce(0) { $0 + Int($1) } > 100)
    }
  }

  @Test func everyCodeIsBroughtOnce() throws {
    let folder = try self.store(seed: 2)
    defer { withExtendedLifetime(folder) {} }
    let store = try folder.opened()
    for rowCount in [1, 50, 10_000] {
      let seen = Seen()
      try ranges(store, rowCount).forEachRange { codes, rows in
        seen.add(codes)
        for runs in rows { #expect(runs.codes.allSatisfy { codes.contains(Int($0)) }) }
      }
      let codes = seen.ranges.sorted { $0.lowerBound < $1.lowerBound }
      #expect(codes.flatMap { Array($0) } == Array(0..<store.customerCount))
      #expect(rowCount > 50 || codes.count > 20)
    }
    // Of a few customers, only what lies between them.
    let few = Seen()
    try ranges(store, 10_000).forEachRange(holding: [3, 5]) { codes, _ in few.add(codes) }
    #expect(few.ranges == [3..<6])
  }

  @Test func keptColumnsAndRegressionsDoNotDependOnRanges() throws {
    let folder = try self.store(seed: 3)
    defer { withExtendedLifetime(folder) {} }
    let store = try folder.opened()
    let all = try tables(store)
    for rowCount in [1, 60, 10_000] {
      let some = try ranges(store, rowCount)
      for name in ["channel", "region"] {
        let short = try CustomerAttribute(name, rows: some, asOf: 19_150).column
        let long = try CustomerAttribute(name, rows: all, asOf: 19_150).column
        #expect(texts(short) == texts(long))
        #expect(texts(short).contains("mail") && texts(short).contains("–"))
      }
      for kind in [RegressionKind.ridge, .hurdle] {
        let scoring = RegressionScoring(kind: kind, horizonDays: 60)
        let scores = try [some, all].map {
          try scoring.score(
            CustomerBase($0, customerCount: store.customerCount, attributes: nil), asOf: 19_199)
        }
        #expect(scores[0].expectedSpend.array == scores[1].expectedSpend.array)
        #expect(scores[0].modelJSON == scores[1].modelJSON)
        #expect(scores[0].reportJSON == scores[1].reportJSON)
      }
    }
    #expect(throws: PipelineError.self) {
      try CustomerAttribute("shop", rows: all, asOf: 19_150)
    }
  }

  /// Late rows, a window, a full aggregation, groups of a kept column and a regression, scored under a limit of
  /// a byte and without one.
  @Test func snapshotsUnderALimitAreTheSame() throws {
    var answers: [[[String]]] = []
    for limit in [1, Int.max] {
      let store = try TestStore()
      var own: [[String]] = []
      for (number, log) in logs(seed: 4, rowCount: 400).enumerated() {
        var options = IngestOptions()
        options.orderColumn = number == 1 ? nil : "order_no"
        options.keptColumns = [number == 2 ? "region" : "channel"]
        options.memoryLimitByteCount = limit
        var request = try store.scoreRequest { request in
          request.value = .regression(
            RegressionScoring(kind: .ridge, horizonDays: 60), margin: 1,
            discountPerYear: 0)
          request.memoryLimitByteCount = limit
          if number == 2 { request.groupColumn = "channel" }
        }
        own.append(
          try publish(
            store, request,
            IngestRequest(paths: [try store.write(log)], options: options)))
        for window in [nil, TimeSpan(60, .day)] {
          request.isFull = window == nil
          request.window = window
          own.append(try publish(store, request))
        }
      }
      answers.append(own)
    }
    #expect(answers[0] == answers[1])
    // Folding and aggregating agree, and a window does not.
    #expect(answers[0][3] == answers[0][4] && answers[0][3] != answers[0][5])
  }

  /// Scores, with a log ingested before, and says what was published.
  private func publish(
    _ store: TestStore, _ request: ScoreRequest, _ log: IngestRequest? = nil
  ) throws -> [String] {
    do {
      var job = try Job(store: store.path, creating: true)
      if let log { _ = try job.ingest(log, scoring: request) }
      _ = try job.score(request)
      _ = try job.publish()
    }
    return try columns(store.latest())
  }

  private func columns(_ reader: SnapshotReader) -> [String] {
    reader.frame.names.map { name in
      "\(name): "
        + (name == "customer_id" ? reader.ids : reader.values(name)).joined(separator: " ")
    }
  }

  private func texts(_ column: Column) -> [String] {
    guard case .string(let codes, let table) = column.values else { return [] }
    return (0..<column.rowCount).map { column.isNull($0) ? "–" : table[codes[$0]] }
  }

  private final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var ranges: [Range<Int>] = []

    func add(_ range: Range<Int>) { lock.withLock { ranges.append(range) } }
  }
}
