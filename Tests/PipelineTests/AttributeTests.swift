import Classification
import Columns
import Foundation
import Ingest
import JSONText
import Kernels
import Models
import Pipeline
import Storage
import Testing

/// Attributes from the files into the snapshot.
@Suite struct AttributeTests {
  /// Four customers; d first buys in March.
  private let orders = """
    customer,date,amount,shop
    b,2024-01-05,10,x
    a,2024-01-07,20,y
    a,2024-02-01,5,x
    c,2024-02-03,7,y
    d,2024-03-09,50,x
    """

  @Test func prospectsStandBesideCustomers() throws {
    let store = try TestStore()
    try store.ingest(orders)
    let report = try store.attributes("id,age,city\nc,30,Ulm\nzed,41,Rom\na,29,\nabe,,Ulm\n")
    #expect(report.newCustomers == 2)
    #expect(report.columns.map(\.changes) == [3, 3])
    let snapshot = try store.score()
    #expect(snapshot.ids == ["a", "abe", "b", "c", "d", "zed"])
    #expect(snapshot.values("age") == ["29", "–", "–", "30", "–", "41"])
    #expect(snapshot.values("city") == ["–", "Ulm", "–", "Ulm", "–", "Rom"])
    #expect(snapshot.values("orders") == ["2", "0", "1", "1", "1", "0"])
    let nulls = [false, true, false, false, false, true]
    for name in [
      "first_purchase", "last_purchase", "recency_days", "monetary_mean", "r", "f", "m", "rfm",
      "p_alive", "expected_purchases", "expected_spend", "clv", "cluster",
    ] {
      let column = try #require(snapshot.frame[name])
      #expect((0..<6).map { column.isNull($0) } == nulls, "\(name)")
    }
    let segments = snapshot.values("segment")
    #expect(segments[1] == "Prospect" && segments[5] == "Prospect")
    #expect(!segments[0].isEmpty && segments[0] != "Prospect")
    #expect(snapshot.frame.names.suffix(2) == ["age", "city"])
    #expect(try Store.verify(at: store.path).isClean)
  }

  @Test func anOlderAsOfHasItsProspectsAndNobodyFromLater() throws {
    let store = try TestStore()
    try store.attributes("id,age\nd,50\na,29\n")
    try store.ingest(orders)
    try store.attributes("id,age\nc,30\nd,51\nnew,1\n")
    // In January d and c have bought nothing yet: d came with attributes, c with an order.
    let january = try store.score { $0.asOf = Day.parse("2024-01-31") }
    #expect(january.ids == ["a", "b", "d", "new"])
    #expect(january.values("age") == ["29", "–", "51", "1"])
    #expect(january.values("segment")[2] == "Prospect")
    // A night is folded into a snapshot with prospects as it would be made anew.
    let folded = try store.score()
    let whole = try store.score { $0.isFull = true }
    #expect(folded.ids == ["a", "b", "c", "d", "new"])
    for name in whole.frame.names where name != "clv" {
      #expect(folded.values(name) == whole.values(name), "\(name)")
    }
    #expect(folded.values("orders") == ["2", "1", "1", "1", "0"])
  }

  @Test func aLaterIngestChangesWhatItSpeaksOf() throws {
    let store = try TestStore()
    try store.ingest(orders)
    try store.attributes("id,age,city,member\na,29,Ulm,yes\nb,30,Rom,no\nc,31,Bonn,yes\n")
    let report = try store.attributes("id,city,visits,age\nb,Ulm,4,\na,Ulm,2,29.5\n")
    #expect(report.columns.map(\.type) == [.category, .int, .float])
    #expect(report.columns.map(\.changes) == [1, 2, 1])
    let snapshot = try store.score()
    #expect(snapshot.values("age") == ["29.5", "30.0", "31.0", "–"])
    #expect(snapshot.values("city") == ["Ulm", "Ulm", "Bonn", "–"])
    #expect(snapshot.values("member") == ["yes", "no", "yes", "–"])
    #expect(snapshot.values("visits") == ["2", "4", "–", "–"])
    guard case .string(_, let cities)? = snapshot.frame["city"]?.values else {
      Issue.record("city is text")
      return
    }
    #expect(cities.array == ["Bonn", "Ulm"])
    #expect(snapshot.frame["age"]?.type == .float64)
  }

  @Test func emptyCellsClearWhereTold() throws {
    let store = try TestStore()
    try store.ingest(orders)
    try store.attributes("id,age,city\na,29,Ulm\nb,30,Rom\n")
    try store.attributes("id,age,city\na,,Ulm\nb,31,\n")
    #expect(try store.score().values("city") == ["Ulm", "Rom", "–", "–"])
    let report = try store.attributes("id,age,city\na,,Ulm\nb,31,\nc,,Bonn\n") {
      $0.emptyCells = .clear
    }
    #expect(report.columns.map(\.changes) == [1, 2])
    let snapshot = try store.score()
    #expect(snapshot.values("age") == ["–", "31", "–", "–"])
    #expect(snapshot.values("city") == ["Ulm", "–", "Bonn", "–"])
    try store.attributes("id,age\na,9\n")
    #expect(try store.score().values("age") == ["9", "31", "–", "–"])
  }

  @Test func onlyWhatChangesIsStored() throws {
    let store = try TestStore()
    try store.attributes("id,age,city\na,29,Ulm\nb,30,Rom\n")
    let report = try store.attributes("id,age,city,x\na,29,Ulm,\nb,31,Rom,\nc,1,Rom,\n")
    #expect(report.columns.map(\.changes) == [2, 1])
    let frames = try store.opened().loadAttributes()
    #expect(frames.map(\.codes.array) == [[0, 1], [1, 2]])
    #expect(frames[1].frame["city"]?.nullCount == 1)
    try store.attributes("age,id\n29,a\n")
    #expect(try store.opened().manifest.customers.map(\.attributeRowCount) == [2, 2, 0])
    // A type alone is a change too.
    try store.attributes("id,city\na,Ulm\n") { $0.types = ["city": .text] }
    #expect(try store.opened().manifest.customers.last?.attributeRowCount == 1)
    #expect(try AttributeHistory(store.opened()).schema.map(\.type) == [.int, .text])
  }

  @Test func theSameFileIsRefusedUnlessMeant() throws {
    let store = try TestStore()
    try store.attributes("id,age\na,29\n")
    try store.attributes("id,age\na,30\n")
    let before = try store.opened().manifest
    #expect(throws: PipelineError.self) { try store.attributes("id,age\na,29\n") }
    #expect(try store.opened().manifest == before)
    try store.attributes("id,age\na,29\n", isAgain: true)
    // A log of orders may give attributes too.
    try store.ingest(orders)
    try store.attributes(orders) { $0.columns = ["shop"] }
    #expect(try store.score().values("shop") == ["x", "x", "y", "x"])
  }

  @Test func scoresAreWithinAnAttribute() throws {
    let store = try TestStore()
    try store.ingest(orders)
    try store.attributes("id,kind,level\na,p,1\nb,q,2\nc,p,1\nd,q,2\nzed,q,3\n")
    let byText = try store.score { $0.groupColumn = "kind" }
    #expect(byText.record["rfm"]?["groups"]?.arrayValue?.count == 2)
    let byNumber = try store.score { $0.groupColumn = "LEVEL" }
    #expect(byNumber.record["rfm"]?["groups"]?.arrayValue?.count == 2)
    #expect(byNumber.values("r") == byText.values("r"))
    #expect(byNumber.frame.names.suffix(2) == ["kind", "level"])
    let error = #expect(throws: PipelineError.self) {
      try store.score { $0.groupColumn = "species" }
    }
    #expect(error == .unknownAttribute(name: "species", known: ["kind", "level"]))
  }

  @Test func modelsSeeAttributes() throws {
    let store = try TestStore()
    var log = "customer,date,amount\n"
    var customers = "id,level,size,note\n"
    for i in 0..<200 {
      let amount = i % 2 == 0 ? 100 : 1
      for day in [1, 11, 21] {
        for month in 1...6 { log += "c\(i),2024-0\(month)-\(day + i % 7),\(amount)\n" }
      }
      customers += "c\(i),\(i % 2 == 0 ? "gold" : "base"),\(i % 2 == 0 ? 10 : 2),note \(i)\n"
    }
    customers += "zed,gold,10,none\n"
    try store.ingest(log)
    try store.attributes(customers)
    let snapshot = try store.score {
      $0.value = .regression(
        RegressionScoring(kind: .ridge, horizonDays: 60), margin: 1, discountPerYear: 0)
      $0.clustering = ClusteringOptions(k: .fixed(2), features: ["size", "orders"])
    }
    let model = snapshot.record["models"]?["regression"]?["model"]?.compactText ?? ""
    #expect(model.contains("level") && model.contains("size"))
    #expect(!model.contains("note"))
    let clusters = snapshot.values("cluster")
    #expect(clusters.last == "–")
    #expect(clusters[0] != clusters[1] && clusters.filter { $0 == clusters[0] }.count == 100)
  }

  @Test func oneStepTakesOrdersAndAttributes() throws {
    let store = try TestStore()
    func run() throws -> ScoredBase {
      var job = try Job(store: store.path, creating: true)
      _ = try job.ingest(store.request(orders))
      _ = try job.ingestAttributes(store.attributeRequest("id,age\nzed,4\nd,5\n"))
      let base = try job.score(store.scoreRequest())
      _ = try job.publish()
      return base
    }
    let base = try run()
    #expect(base.ids.array == ["a", "b", "c", "d", "zed"])
    let snapshot = try store.latest()
    #expect(snapshot.values("age") == ["–", "–", "–", "5", "4"])
    #expect(snapshot.frame.names == base.frame().names)
    try store.ingest("customer,date,amount\nzed,2024-04-01,5\nana,2024-04-02,6\n")
    let later = try store.score()
    #expect(later.ids == ["a", "ana", "b", "c", "d", "zed"])
    #expect(later.values("segment").last != "Prospect")
    #expect(later.values("age").last == "4")
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    var contents: [[String: Data]] = []
    for threads in [1, 3] {
      Parallel.setThreadCount(threads)
      defer { Parallel.setThreadCount(0) }
      let store = try TestStore()
      var text = "id,name,x,y,since\n"
      for i in 0..<5_000 {
        text += "c\(i * 7 % 3_000),n\(i),\(i % 9),\(Double(i) / 8),2024-01-\(i % 9 + 10)\n"
      }
      try store.attributes(text)
      contents.append(try store.columnFiles())
    }
    #expect(contents[0].count == 6)
    #expect(contents[0] == contents[1])
  }
}
