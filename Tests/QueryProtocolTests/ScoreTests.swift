import Columns
import JSONText
import QueryProtocol
import Testing

@Suite struct ScoreTests {
  /// Cuts at 10 and 30 days, between 2 and 3 and at 7 orders, at 50 and 100.25 of money.
  private let record = """
    {"rfm":{"method":"quantile","frequency":"orders","monetary":"total","by":null,"groups":[
    {"name":null,"customers":3,
    "recency":{"bins":3,"counts":[1,1,1],"cuts":[
    {"value":10,"lower":10,"upper":10,"numerator":0,"denominator":1},
    {"value":30,"lower":30,"upper":30,"numerator":0,"denominator":1}]},
    "frequency":{"bins":3,"counts":[1,1,1],"cuts":[
    {"value":2.5,"lower":2,"upper":3,"numerator":1,"denominator":2},
    {"value":7,"lower":7,"upper":7,"numerator":0,"denominator":1}]},
    "monetary":{"bins":3,"counts":[1,1,1],"cuts":[
    {"value":50,"lower":500000,"upper":500000,"numerator":0,"denominator":1},
    {"value":100.25,"lower":1002500,"upper":1002500,"numerator":0,"denominator":1}]}}]},
    "taxonomy":{"name":"t","segments":[{"name":"Good","label":"Good","when":"r = 3"}]}}
    """

  private func base() throws -> CustomerBase {
    try CustomerBase(
      name: "s", asOf: 0,
      frame: Frame(
        rowCount: 1,
        columns: [
          Column("customer_id", .text(StringTable(["a"]))),
          Column("recency_days", .int32(AlignedBuffer([12]))),
          Column("orders", .int32(AlignedBuffer([9]))),
          Column("monetary_total", .money(AlignedBuffer([500_000]))),
          Column("r", .uint8(AlignedBuffer([2]))), Column("f", .uint8(AlignedBuffer([3]))),
          Column("m", .uint8(AlignedBuffer([1]))),
          Column("segment", .string(.uint8(AlignedBuffer([0])), StringTable(["Good"]))),
        ]), metadata: try JSON.parse(record))
  }

  @Test func anUnseenCustomerIsScoredByTheCuts() throws {
    let client = Conversation(try base())
    for (figures, scores) in [
      ("recency_days=10 orders=2 monetary=50", [3, 1, 1]),
      ("recency_days=11 orders=3 monetary=50.0001", [2, 2, 2]),
      ("recency_days=30 orders=7 monetary=100.25", [2, 2, 2]),
      ("recency_days=31 orders=8 monetary=100.2501", [1, 3, 3]),
    ] {
      let reply = client.send("SCORE \(figures) tenure_days=400\n")
      let (r, f, m) = (scores[0], scores[1], scores[2])
      #expect(reply == #"{"ok":true,"r":\#(r),"f":\#(f),"m":\#(m),"rfm":"\#(r)\#(f)\#(m)"}"# + "\n")
    }
  }

  @Test func figuresThatMakeNoSenseAreRefused() throws {
    let client = Conversation(try base())
    for figures in [
      "", "orders=1", "recency_days=x orders=1 monetary=1 tenure_days=1",
      "recency_days=1 orders=0 monetary=1 tenure_days=1",
      "recency_days=2 orders=1 monetary=1 tenure_days=1",
      "recency_days=1 orders=1.5 monetary=1 tenure_days=1",
      "recency_days=1 orders=1 monetary=1e300 tenure_days=1",
      "recency_days=1 orders=1 monetary=nan tenure_days=1",
      "recency_days=1 orders=1 monetary=1 tenure_days=1 colour=2",
      "recency_days=1 orders=1 monetary=1 tenure_days=2",
      "recency_days=1 recency_days=1 orders=1 monetary=1 tenure_days=1",
    ] {
      #expect(client.send("SCORE \(figures)\n").contains("wrong_arguments"), "\(figures)")
    }
    #expect(
      Conversation(sampleBase()).send("SCORE recency_days=1 orders=1 monetary=1 tenure_days=1\n")
        .contains("unavailable"))
  }

  @Test func anExplanationNamesTheCutsAndTheRule() throws {
    let client = Conversation(try base())
    let reply = try JSON.parse(client.send("EXPLAIN a\n"))
    let scores = try #require(reply["scores"]?.arrayValue)
    #expect(scores.map { $0["value"] } == [2, 3, 1])
    #expect(
      scores.map { $0["up_when"] } == ["recency_days <= 10", .null, "monetary_total >= 50.0001"])
    #expect(scores.map { $0["down_when"] } == ["recency_days >= 31", "orders <= 7", .null])
    #expect(scores[2]["measured"] == 50.0)
    #expect(reply["segment"]?["when"] == "r = 3")
  }

  @Test func aScorerAddsWhatTheCutsDoNotSay() throws {
    struct Scorer: CustomerScorer {
      func score(_ customer: UnseenCustomer, by base: CustomerBase) throws -> [JSON.Member] {
        [.init("clv", JSON(Double(customer.orders))), .init("rfm", "own")]
      }
      func explain(row: Int, in base: CustomerBase) throws -> [JSON.Member] {
        [.init("row", JSON(row))]
      }
    }
    let client = Conversation(try base(), Service(scorer: Scorer(), host: StubHost()))
    #expect(
      client.send("SCORE recency_days=1 orders=2 monetary=3 tenure_days=4\n")
        == #"{"ok":true,"r":3,"f":1,"m":1,"clv":2.0,"rfm":"own"}"# + "\n")
    #expect(client.send("EXPLAIN a\n").hasSuffix(#","row":0}"# + "\n"))
  }
}
