import Columns
import JSONText
import Kernels
import Models
import Testing

/// Customers around three centres: recency, orders, money; every 50th without a recency.
private func customers(
  _ count: Int, seed: UInt64 = 3
) -> (frame: Frame, spend: AlignedBuffer<Int64>) {
  var random = RandomStream(seed: seed)
  let centers: [(Double, Double, Double)] = [(10, 20, 2_000), (100, 5, 300), (400, 1, 40)]
  var recency: [Int32] = []
  var orders: [Int32] = []
  var money: [Int64] = []
  for _ in 0..<count {
    let center = centers[random.nextIndex(below: 3)]
    func around(_ value: Double) -> Double { value * (0.6 + 0.8 * random.nextUnit()) }
    recency.append(Int32(around(center.0)))
    orders.append(Int32(around(center.1).rounded(.up)))
    money.append(Int64(around(center.2) * 10_000))
  }
  let validity = Bitmap(count: count) { $0 % 50 != 7 }
  let spend = AlignedBuffer(money)
  let frame = Frame(
    rowCount: count,
    columns: [
      Column("recency_days", .int32(AlignedBuffer(recency)), validity: validity),
      Column("orders", .int32(AlignedBuffer(orders))),
      Column("monetary_total", .money(spend)),
      Column("region", .text(StringTable(Array(repeating: "north", count: count)))),
      Column("constant", .int32(AlignedBuffer(repeating: 4, count: count))),
    ])
  return (frame, spend)
}

@Suite(.serialized) struct ClusteringTests {
  @Test func customersAreClusteredAndDescribed() throws {
    let (frame, spend) = customers(3_000)
    let result = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .fixed(3)))
    let model = result.model
    #expect(model.clusters.map(\.number) == [1, 2, 3])
    #expect(model.leftOutCount == 60 && model.transforms[0].nullCount == 60)
    #expect(model.clusters[0].summary == "recent, frequent, high spend")
    #expect(model.clusters[2].summary == "lapsed, infrequent, low spend")
    #expect(model.clusters[0].meanSpend! > model.clusters[1].meanSpend!)
    #expect(abs(model.clusters.reduce(0) { $0 + $1.revenueShare! } - 1) < 1e-12)
    #expect(model.clusters.reduce(0) { $0 + $1.customerCount } == 2_940)
    for row in 0..<3_000 {
      #expect((result.labels.numbers[row] == 0) == (row % 50 == 7))
      #expect(result.labels.validity![row] == (row % 50 != 7))
    }
    #expect(model.text.contains("60 customers have no cluster"))
    #expect(model.text.contains("recent, frequent, high spend"))
  }

  @Test func theModelSurvivesJSONAndAssignsItsOwnCustomersAlike() throws {
    let (frame, spend) = customers(500)
    let result = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .auto))
    let text = result.model.json.compactText
    let back = try ClusteringModel(try JSON.parse(text))
    #expect(back == result.model)
    #expect(back.json.compactText == text)
    let assigned = try back.assign(frame)
    #expect(assigned.numbers.array == result.labels.numbers.array)
    #expect(assigned.validity == result.labels.validity)
  }

  @Test func damagedModelsAreRefusedByName() throws {
    let (frame, spend) = customers(500)
    let result = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .fixed(2)))
    guard case .object(let members) = result.model.json else {
      Issue.record("a model is an object")
      return
    }
    for left in members {
      let damaged = JSON.object(members.filter { $0.name != left.name })
      if left.name == "candidates" || left.name == "chosenBy" { continue }
      #expect(throws: ClusteringError.self) { try ClusteringModel(damaged) }
    }
    #expect(throws: ClusteringError.self) { try ClusteringModel(.array([])) }
  }

  @Test func autoFindsTheThreeCentresAndShowsItsTable() throws {
    let (frame, spend) = customers(900)
    let model = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .auto)).model
    #expect(model.clusters.count == 3)
    #expect(model.candidates.map(\.clusterCount) == Array(2...12))
    let best = model.candidates.max { $0.measures.silhouette! < $1.measures.silhouette! }
    #expect(best?.clusterCount == 3)
    #expect(model.text.contains("← chosen"))
  }

  @Test func autoTriesItsCountsOnASampleAndFitsAll() throws {
    let (frame, spend) = customers(900)
    var options = ClusteringOptions(k: .auto)
    options.autoRowCount = 200
    let model = try Clustering.fit(frame, spend: spend, options: options).model
    #expect(model.triedCount == 176 && model.clusters.count == 3 && model.customerCount == 882)
    // The chosen count is fitted on everybody, as if it had been asked for.
    options.clusterCount = .fixed(3)
    let fixed = try Clustering.fit(frame, spend: spend, options: options).model
    #expect(fixed.clusters == model.clusters && fixed.triedCount == nil)
    #expect(model.text.contains("on a sample of 176 customers"))
    #expect(try ClusteringModel(model.json) == model)
  }

  @Test(arguments: [1, 2, 3])
  func anyThreadCountGivesTheSameBytes(threads: Int) throws {
    let (frame, spend) = customers(140_000)
    let options = ClusteringOptions(k: .fixed(4), restarts: 1, iterationLimit: 5)
    Parallel.setThreadCount(1)
    defer { Parallel.setThreadCount(0) }
    let one = try Clustering.fit(frame, spend: spend, options: options)
    Parallel.setThreadCount(threads)
    let other = try Clustering.fit(frame, spend: spend, options: options)
    #expect(one.model.json.compactText == other.model.json.compactText)
    #expect(one.labels.numbers.array == other.labels.numbers.array)
  }

  @Test func pruningGivesTheSameBytes() throws {
    let (frame, spend) = customers(4_000)
    let pruned = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .fixed(9)))
    let plain = try Clustering.fit(
      frame, spend: spend, options: ClusteringOptions(k: .fixed(9), isPruning: false))
    #expect(pruned.model == plain.model)
    #expect(pruned.labels.numbers.array == plain.labels.numbers.array)
  }

  @Test func numbersAreKeptFromNightToNight() throws {
    let (frame, spend) = customers(3_000)
    let first = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .fixed(3)))
    // The next night spend is turned round: by spend alone the numbers would be 3, 2, 1.
    let turned = AlignedBuffer(spend.array.map { 100_000_000 - $0 })
    let (other, _) = customers(3_000, seed: 4)
    let fresh = try Clustering.fit(other, spend: turned, options: ClusteringOptions(k: .fixed(3)))
    let next = try Clustering.fit(
      other, spend: turned, options: ClusteringOptions(k: .fixed(3), seed: 9),
      previous: first.model.json)
    #expect(next.model.matching == "matched")
    #expect(next.model.clusters.allSatisfy { !$0.isNew })
    #expect(next.model.clusters.map(\.summary) == first.model.clusters.map(\.summary))
    #expect(fresh.model.matching == "none")
    let four = try Clustering.fit(
      other, spend: turned, options: ClusteringOptions(k: .fixed(4)), previous: first.model.json)
    #expect(four.model.clusters.filter(\.isNew).map(\.number) == [4])
    let otherFeatures = try Clustering.fit(
      other, spend: turned, options: ClusteringOptions(k: .fixed(3), features: ["orders"]),
      previous: first.model.json)
    #expect(otherFeatures.model.matching == "incomparable")
  }

  @Test func constantFeaturesAreLeftOutAndReported() throws {
    let (frame, spend) = customers(500)
    let model = try Clustering.fit(
      frame, spend: spend,
      options: ClusteringOptions(k: .fixed(2), features: ["orders", "constant"])
    ).model
    #expect(model.transforms.map(\.isConstant) == [false, true])
    #expect(model.clusters[0].coordinates.count == 1)
    #expect(model.clusters[0].centroid[1] == 4)
    #expect(model.text.contains("constant is the same for all customers"))
  }

  @Test func moreClustersThanDistinctCustomersAreRefused() throws {
    let frame = Frame(
      rowCount: 100, columns: [Column("x", .int32(AlignedBuffer((0..<100).map { Int32($0 % 3) })))])
    let options = ClusteringOptions(k: .fixed(4), features: ["x"], scale: .z)
    #expect(throws: ClusteringError.tooFewDistinctRows(clusters: 4, distinct: 3)) {
      try Clustering.fit(frame, options: options)
    }
    let three = try Clustering.fit(
      frame, options: ClusteringOptions(k: .fixed(3), features: ["x"], scale: .z))
    #expect(three.model.measures.inertia < 1e-20)
    let auto = try Clustering.fit(
      frame, options: ClusteringOptions(k: .auto, features: ["x"], scale: .z))
    #expect(auto.model.candidates.map(\.clusterCount) == [2, 3])
  }

  @Test func wrongQuestionsGetTypedErrors() throws {
    let (frame, _) = customers(100)
    func fit(_ options: ClusteringOptions) throws {
      _ = try Clustering.fit(frame, options: options)
    }
    #expect(throws: ClusteringError.noFeatures) {
      try fit(ClusteringOptions(k: .fixed(2), features: []))
    }
    #expect(throws: ClusteringError.repeatedFeature("orders")) {
      try fit(ClusteringOptions(k: .fixed(2), features: ["orders", "orders"]))
    }
    #expect(throws: ClusteringError.notNumeric(feature: "region", type: "text")) {
      try fit(ClusteringOptions(k: .fixed(2), features: ["region"]))
    }
    #expect(throws: ClusteringError.unknownFeature("age", columns: frame.names)) {
      try fit(ClusteringOptions(k: .fixed(2), features: ["age"]))
    }
    #expect(throws: ClusteringError.clusterCount(0, limit: 1_024)) {
      try fit(ClusteringOptions(k: .fixed(0)))
    }
  }

  @Test func weightsCountCustomersSeveralTimes() throws {
    let (frame, _) = customers(300)
    let options = ClusteringOptions(k: .fixed(3), scale: .none)
    let once = try Clustering.fit(
      frame, options: options, weights: AlignedBuffer(repeating: 1, count: 300))
    let twice = try Clustering.fit(
      frame, options: options, weights: AlignedBuffer(repeating: 2, count: 300))
    #expect(abs(twice.model.measures.inertia / once.model.measures.inertia - 2) < 1e-9)
    #expect(twice.labels.numbers.array == once.labels.numbers.array)
    #expect(throws: ClusteringError.weight(row: 0)) {
      try Clustering.fit(
        frame, options: options, weights: AlignedBuffer(repeating: -1, count: 300))
    }
  }

  @Test(arguments: ClusterScale.allCases)
  func everyScaleTakesOutliersAndNegatives(scale: ClusterScale) throws {
    var values = (0..<500).map { Double($0 % 10) - 3 }
    values[7] = 1e12
    values[8] = .nan
    values[9] = -.infinity
    let frame = Frame(rowCount: 500, columns: [Column("x", .float64(AlignedBuffer(values)))])
    let result = try Clustering.fit(
      frame, options: ClusteringOptions(k: .fixed(2), features: ["x"], scale: scale))
    #expect(result.model.leftOutCount == 2)
    #expect(result.labels.validity?[8] == false)
    #expect(result.model.clusters.allSatisfy { $0.customerCount > 0 })
    #expect(try result.model.assign(frame).numbers.array == result.labels.numbers.array)
  }

  @Test func miniBatchesComeCloseToLloyd() throws {
    let (frame, spend) = customers(5_000)
    let full = try Clustering.fit(frame, spend: spend, options: ClusteringOptions(k: .fixed(3)))
    let quick = try Clustering.fit(
      frame, spend: spend, options: ClusteringOptions(k: .fixed(3), batchRowCount: 500))
    #expect(quick.model.method == "mini-batch" && quick.model.stop == "batch-limit")
    #expect(quick.model.measures.inertia < full.model.measures.inertia * 1.05)
    #expect(quick.model.measures.inertia >= full.model.measures.inertia)
  }
}
