import Columns
import JSONText
import Testing

@testable import Models

@Suite struct AttributeTermsTests {
  let customers = (0..<UInt32(100)).map { $0 }

  /// 60 north, 25 south, 9 east, 3 west, 2 up, 1 missing.
  func region() -> Column {
    let levels = ["up", "north", "west", "south", "east"]
    let codes = (0..<100).map { row -> UInt8 in
      row < 60 ? 1 : row < 85 ? 3 : row < 94 ? 4 : row < 97 ? 2 : 0
    }
    return Column(
      "region", .string(.uint8(AlignedBuffer(codes)), StringTable(levels)),
      validity: Bitmap(count: 100) { $0 != 99 })
  }

  @Test func rareLevelsArePooledAndTheMostFrequentIsTheReference() {
    let terms = AttributeTerms(Frame(rowCount: 100, columns: [region()]), customers: customers)
    #expect(
      terms.terms.map(\.name) == [
        "region = south", "region = east", "region = (other)", "region is missing",
      ])
  }

  @Test func theOrderOfTheDictionaryDoesNotMatter() {
    let column = region()
    guard case .string(let codes, let levels) = column.values else { return }
    let reversed = StringTable(levels.array.reversed())
    let flipped = DictionaryCodes.uint8(AlignedBuffer((0..<100).map { UInt8(4 - codes[$0]) }))
    let other = Column("region", .string(flipped, reversed), validity: column.validity)
    let a = AttributeTerms(Frame(rowCount: 100, columns: [column]), customers: customers)
    let b = AttributeTerms(Frame(rowCount: 100, columns: [other]), customers: customers)
    #expect(a.terms == b.terms)
  }

  @Test func aLevelNeverSeenCountsAsOther() {
    let terms = AttributeTerms(Frame(rowCount: 100, columns: [region()]), customers: customers)
    let new = Frame(
      rowCount: 3,
      columns: [
        Column(
          "region",
          .string(.uint8(AlignedBuffer([0, 1, 2])), StringTable(["moon", "south", "north"]))
        )
      ])
    let filled = terms.terms.map { term in
      var scratch = [Double](repeating: 0, count: 3)
      var values = [Float](repeating: .nan, count: 3)
      values.withUnsafeMutableBufferPointer {
        BoundTerm(term, new).fill($0, [0, 1, 2], &scratch)
      }
      return values
    }
    #expect(filled == [[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]])
  }

  @Test func numbersAreStandardisedAndMissingOnesAreMarked() {
    let column = Column(
      "age", .int16(AlignedBuffer([10, 20, 30, 999])), validity: Bitmap([true, true, true, false]))
    let terms = AttributeTerms(Frame(rowCount: 4, columns: [column]), customers: [0, 1, 2, 3])
    #expect(terms.terms.map(\.name) == ["age", "age is missing"])
    #expect(
      terms.terms[0] == .number(attribute: "age", centre: 20, spread: (200.0 / 3).squareRoot()))
  }

  @Test func everyTermComesBackFromItsJSON() throws {
    let terms: [DesignTerm] = [
      .purchases(.spendTrend), .number(attribute: "a", centre: -1.5, spread: 0.1),
      .missing(attribute: "b"), .level(attribute: "c", level: "\"x\" = é"),
      .otherLevels(attribute: "c", known: ["", "y"]),
    ]
    for term in terms {
      #expect(try DesignTerm(json: JSON.parse(term.json.compactText)) == term)
    }
    #expect(throws: RegressionError.self) { try DesignTerm(json: ["purchases": "no_such"]) }
    #expect(throws: RegressionError.self) {
      try DesignTerm(json: ["number": "a", "centre": 0.0, "spread": 0.0])
    }
  }

  @Test func anAttributeThatExplainsSpendIsFoundAndACopyOfItIsDropped() throws {
    let count = 400
    var rows: [(customer: Int, day: Int32, amount: Int64)] = []
    for c in 0..<count {
      rows.append((c, Int32(c % 50), 100_000))
      rows.append((c, Int32(70 + c % 25), Int64(c * 7 % 100) * 10_000))
    }
    let sizes = (0..<count).map { Double($0 * 7 % 100) }
    let frame = Frame(
      rowCount: count,
      columns: [
        Column("size", .float64(AlignedBuffer(sizes))),
        Column("size_again", .float64(AlignedBuffer(sizes.map { 5 - 3 * $0 }))),
      ])
    let scores = try RegressionScoring(kind: .ridge, horizonDays: 31).score(
      batches: [RegressionFixture.table(rows)], customerCount: count, asOf: 100, attributes: frame)
    let dropped = try #require(scores.report.dropped.first { $0.name == "size_again" })
    #expect(dropped.reason.contains("collinear") && dropped.reason.contains("size"))
    let spend = scores.report.heads[0]
    #expect(spend.quality!.rSquared > 0.999)
    let largest = scores.report.largestFeatures(spend, count: 1)
    #expect(scores.report.featureNames[largest[0]] == "size")
  }
}
