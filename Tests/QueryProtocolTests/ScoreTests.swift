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
    "taxonomy":{"name":"t","segments":[{"name":"Good","label":"Fine \\"ones\\"","when":"r = 3","action":"call",
    "owner":"Ada","channel":"phone","colour":"red"}]}}
    """

  private func base(_ text: String? = nil, group: String? = nil) throws -> CustomerBase {
    var record = text ?? self.record
    if let group {
      record.replace(#""by":null"#, with: #""by":"\#(group)""#)
      record.replace(#"{"name":null"#, with: #"{"name":"north""#)
    }
    return try CustomerBase(
      name: "s", asOf: 0,
      frame: Frame(
        rowCount: 1,
        columns: [
          Column("region", .string(.uint8(AlignedBuffer([0])), StringTable(["north"]))),
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
      let all = "\(figures) tenure_days=400 purchase_days=2 first_day_total=1"
      let reply = client.send("SCORE \(all)\n")
      let (r, f, m) = (scores[0], scores[1], scores[2])
      #expect(reply == #"{"ok":true,"r":\#(r),"f":\#(f),"m":\#(m),"rfm":"\#(r)\#(f)\#(m)"}"# + "\n")
    }
  }

  @Test func aCustomerWithoutOrdersIsExplainedAsOne() throws {
    let none = Bitmap(repeating: false, count: 1)
    func null(_ name: String) -> Column {
      Column(name, .uint8(AlignedBuffer([0])), validity: none)
    }
    let base = try CustomerBase(
      name: "s", asOf: 0,
      frame: Frame(
        rowCount: 1,
        columns: [
          Column("customer_id", .text(StringTable(["p"]))),
          Column("recency_days", .int32(AlignedBuffer([0])), validity: none),
          Column("orders", .int32(AlignedBuffer([0]))),
          Column("monetary_total", .money(AlignedBuffer([0]))), null("r"), null("f"), null("m"),
          Column("segment", .string(.uint8(AlignedBuffer([0])), StringTable(["Prospect"]))),
        ]), metadata: try JSON.parse(record))
    let reply = Conversation(base).send("EXPLAIN p\n")
    #expect(
      reply.contains(
        #"{"score":"r","value":null,"of":3,"column":"recency_days","measured":null,"#
          + #""up_when":null,"down_when":null}"#), "\(reply)")
    #expect(reply.contains(#""segment":{"name":"Prospect"}"#))
    #expect(reply.hasSuffix(#""not_scored":["no transactions by 1970-01-01"]}"# + "\n"))
    let known = Conversation(try self.base()).send("EXPLAIN a\n")
    #expect(known.contains("scores") && !known.contains("not_scored"))
  }

  @Test func detailsOfSegmentsAreWhatTheRecordSays() throws {
    let client = Conversation(try base())
    #expect(client.send("SEGMENTS\n") == #"{"ok":true,"segments":{"Good":1}}"# + "\n")
    let details =
      #"{"count":1,"label":"Fine \"ones\"","when":"r = 3","action":"call","#
      + #""owner":"Ada","channel":"phone","colour":"red"}"#
    #expect(
      client.send("SEGMENTS DETAILS\n") == #"{"ok":true,"segments":{"Good":\#(details)}}"# + "\n")
    #expect(client.send("SEGMENTS more\n").contains(#""code":"wrong_arguments""#))
    let explained = client.send("EXPLAIN a\n")
    #expect(explained.contains(#""action":"call","owner":"Ada","channel":"phone","colour":"red""#))
    #expect(client.send("QUIT\n").contains("OK"))
    let resp = Conversation(try base())
    #expect(
      resp.command("SEGMENTS", "DETAILS").hasPrefix(
        "*2\r\n$4\r\nGood\r\n*14\r\n$5\r\ncount\r\n:1\r\n$5\r\nlabel\r\n$11\r\nFine \"ones\"\r\n"))
  }

  @Test func everyFigureOfASummaryIsTaken() throws {
    struct Echo: CustomerScorer {
      func score(_ customer: UnseenCustomer, by base: CustomerBase) throws -> [JSON.Member] {
        [
          .init("first", .string(Day.text(customer.firstDay))),
          .init("last", .string(Day.text(customer.lastDay))),
          .init("orders", JSON(Int(customer.orders))),
          .init("days", JSON(Int(customer.purchaseDays))),
          .init("total", .string(Money.text(customer.monetary))),
          .init("first_total", .string(Money.text(customer.firstDayTotal))),
          .init("given", .object(customer.given.map { .init($0.key, .string($0.value)) })),
        ]
      }
      func explain(row: Int, in base: CustomerBase) throws -> [JSON.Member] { [] }
    }
    let client = Conversation(try base(group: "region"), Service(scorer: Echo(), host: StubHost()))
    func told(_ figures: String) throws -> [String] {
      let reply = try JSON.parse(client.send("SCORE \(figures)\n"))
      let names = ["first", "last", "orders", "days", "total", "first_total", "given"]
      return names.map { reply[$0]?.compactText ?? "" }
    }
    // As days before the snapshot's date, or as dates.
    for days in [
      "recency_days=3 tenure_days=9", "last_purchase=1969-12-29 first_purchase=1969-12-23",
      "last_purchase=1969-12-29 tenure_days=9",
    ] {
      #expect(
        try told("\(days) orders=5 purchase_days=3 monetary=10 first_day_total=2.5 Region=north")
          == [
            #""1969-12-23""#, #""1969-12-29""#, "5", "3", #""10.00""#, #""2.50""#,
            #"{"region":"north"}"#,
          ])
    }
    // What is not said follows: days from orders, the first day's total from the mean.
    let derived = try told("recency_days=3 tenure_days=4 orders=5 monetary=10 region=")
    #expect(derived[...1] == [#""1969-12-28""#, #""1969-12-29""#])
    #expect(derived[2...] == ["5", "2", #""10.00""#, #""5.00""#, #"{"region":""}"#])
    let single = try told("recency_days=3 orders=1 monetary_total=7")
    #expect(single[3...5] == ["1", #""7.00""#, #""7.00""#])
    let mean = try told("recency_days=3 orders=3 tenure_days=9 monetary_mean=33.3334")
    #expect(mean[4] == #""100.0002""#)
    // An order id may stand on two days.
    #expect(try told("recency_days=3 orders=1 purchase_days=2 tenure_days=9 monetary=1")[3] == "2")
    for (text, amount) in [
      ("922337203685477.5807", "922337203685477.5807"), ("-0.00005", "0.00"), ("0.00015", "0.0002"),
      ("+.5", "0.50"), ("5.", "5.00"), ("1e3", "1000.00"), ("-12.34567", "-12.3457"),
    ] {
      #expect(try told("recency_days=3 orders=1 monetary=\(text)")[4] == "\"\(amount)\"", "\(text)")
    }
    for wrong in [
      "recency_days=3 orders=1 monetary=922337203685477.5808",
      "recency_days=3 orders=1 monetary=922337203685477.58079",
      "recency_days=3 orders=1 monetary=1e15", "recency_days=3 orders=1 monetary=--1",
      "recency_days=3 orders=1 monetary=.", "recency_days=3 orders=1 monetary=1 monetary_mean=1",
      "recency_days=3 last_purchase=1969-12-29 orders=1 monetary=1",
      "last_purchase=1970-01-02 orders=1 monetary=1", "last_purchase=soon orders=1 monetary=1",
      "recency_days=3 orders=5 tenure_days=4 purchase_days=3 monetary=1",
      "recency_days=3 orders=5 tenure_days=4 purchase_days=1 monetary=1",
      "recency_days=3 orders=2147483648 tenure_days=4 monetary=1",
      "recency_days=3 orders=2147483647 tenure_days=4 monetary_mean=922337203685477",
      "recency_days=3 orders=1 monetary=1 r=5", "recency_days=3 orders=1 monetary=1 segment=Good",
      "recency_days=3 orders=1 monetary=1 regoin=north", "recency_days=3 orders=1 monetary=1 =x",
    ] {
      #expect(client.send("SCORE \(wrong)\n").contains("wrong_arguments"), "\(wrong)")
    }
  }

  @Test func whatWasAssumedIsSaid() throws {
    let client = Conversation(try base())
    for (figures, assumed) in [
      ("tenure_days=9 orders=4 purchase_days=4", #"{"first_day_total":2.5}"#),
      ("tenure_days=9 orders=4", #"{"purchase_days":4,"first_day_total":2.5}"#),
      ("tenure_days=9 orders=4 first_day_total=1", #"{"purchase_days":4}"#),
      ("tenure_days=9 orders=4 first_day_total=1 purchase_days=2", nil),
      // Two days from the first to the last have a purchase each; all that was bought on one day is its total.
      ("tenure_days=3 orders=4", #"{"first_day_total":5.0}"#),
      ("tenure_days=2 orders=4", nil), ("orders=1", nil),
    ] {
      let reply = try JSON.parse(client.send("SCORE recency_days=2 monetary=10 \(figures)\n"))
      #expect(reply["ok"] == true, "\(figures)")
      #expect(try reply["assumed"] == assumed.map { try JSON.parse($0) }, "\(figures)")
    }
  }

  @Test func messagesNameEveryWayToSayAFigure() throws {
    let client = Conversation(try base())
    func error(_ figures: String) throws -> String {
      try JSON.parse(client.send("SCORE \(figures)\n"))["error"]?.stringValue ?? ""
    }
    let takes = try error("foo=3")
    #expect(!takes.contains("did you mean"))
    for name in ["last_purchase", "first_purchase", "first_day_total", "monetary_mean"] {
      #expect(takes.contains(name), "\(takes)")
    }
    #expect(try error("regoin=north").contains("did you mean region?"))
    #expect(try error("orders=2").contains("or last_purchase, a date"))
    #expect(try error("orders=2 recency_days=1").contains("or first_purchase, a date"))
    #expect(try error("orders=2 recency_days=1 tenure_days=2").contains("or monetary_mean"))
  }

  @Test func aGroupIsScoredByItsOwnCuts() throws {
    let client = Conversation(try base(group: "region"))
    let figures = "SCORE recency_days=10 orders=2 monetary=50 tenure_days=400"
    #expect(client.send("\(figures) region=north\n").contains(#""r":3,"f":1,"m":1,"rfm":"311""#))
    // Those without a region are a group of their own; here there is none.
    for other in ["", " region=south", " region="] {
      #expect(client.send("\(figures)\(other)\n").contains("unavailable"))
    }
  }

  @Test func theMeanIsTheColumnsMean() throws {
    // A cut of rounded means at 33.3334, and one of an earlier version that was not rounded.
    for (cut, score) in [
      (#"{"value":33.3333,"lower":333333,"upper":333333,"numerator":0,"denominator":1}"#, 2),
      (#"{"value":33.3334,"lower":333334,"upper":333334,"numerator":0,"denominator":1}"#, 1),
      (#"{"value":33.33336,"lower":33.33336,"upper":33.33336,"numerator":0,"denominator":1}"#, 2),
      (#"{"value":33.33337,"lower":33.33337,"upper":33.33337,"numerator":0,"denominator":1}"#, 1),
    ] {
      let text = record.replacing(#""monetary":"total""#, with: #""monetary":"mean""#)
      let last = #"{"value":100.25,"lower":1002500,"upper":1002500,"numerator":0,"denominator":1}"#
      let first = #"{"value":50,"lower":500000,"upper":500000,"numerator":0,"denominator":1}"#
      let client = Conversation(
        try base(text.replacing(first, with: cut).replacing(last, with: cut)))
      // Three orders of 100.0001 in all: 33.33336667, as a column 33.3334.
      let reply = client.send("SCORE recency_days=1 orders=3 monetary=100.0001 tenure_days=9\n")
      #expect(reply.contains(#""m":\#(score == 1 ? 1 : 3)"#), "\(cut) \(reply)")
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
        == #"{"ok":true,"r":3,"f":1,"m":1,"clv":2.0,"rfm":"own","#
        + #""assumed":{"purchase_days":2,"first_day_total":1.5}}"# + "\n")
    #expect(client.send("EXPLAIN a\n").hasSuffix(#","row":0}"# + "\n"))
  }
}
