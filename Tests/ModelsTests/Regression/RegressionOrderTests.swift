import Columns
import JSONText
import Kernels
import Testing

@testable import Models

/// The order in which customers came, which is that of their codes, shows in no byte of a fit.
@Suite(.serialized) struct RegressionOrderTests {
  static let count = 1_200

  /// Customers of a small shop in the given order, and attributes that say something of their spend.
  static func base(_ order: [Int]) throws -> CustomerBase {
    var rows: [(customer: Int, day: Int32, amount: Int64)] = []
    var (sizes, regions) = ([Double](), [UInt8]())
    for (code, number) in order.enumerated() {
      var random = RandomStream(seed: UInt64(number))
      let level = 5 + 40 * random.nextUnit()
      let first = Int32(random.nextUnit() * 300)
      for _ in 0...Int(random.nextUnit() * 6) {
        let day = first + Int32(random.nextUnit() * random.nextUnit() * 400)
        rows.append((code, day, Int64(level * (0.5 + random.nextUnit()) * 10_000)))
      }
      sizes.append(number % 11 == 0 ? .nan : level + 10 * random.nextUnit() / 3)
      regions.append(UInt8(number % 3))
    }
    return try CustomerBase(
      batches: [RegressionFixture.table(rows)], customerCount: order.count,
      attributes: Frame(
        rowCount: order.count,
        columns: [
          Column("size", .float64(AlignedBuffer(sizes))),
          Column(
            "region", .string(.uint8(AlignedBuffer(regions)), StringTable(["a", "b", "c"]))),
        ]))
  }

  @Test(arguments: [RegressionKind.ridge, .hurdle])
  func shuffledCustomersGiveTheSameBytes(_ kind: RegressionKind) throws {
    var random = RandomStream(seed: 2)
    let choices: [RegressionOptions.LambdaChoice] = [.generalisedCrossValidation, .folds(5)]
    for choice in choices {
      let scoring = RegressionScoring(
        kind: kind, horizonDays: 200, options: RegressionOptions(lambdaChoice: choice))
      let order = Array(0..<Self.count)
      let straight = try scoring.score(Self.base(order), asOf: 700)
      #expect(straight.report.holdout != nil && straight.report.dropped.count < 10)
      for _ in 0..<3 {
        var shuffled = order
        for i in stride(from: Self.count - 1, to: 0, by: -1) {
          shuffled.swapAt(i, Int(random.nextUnit() * Double(i + 1)))
        }
        let other = try scoring.score(Self.base(shuffled), asOf: 700)
        #expect(other.modelJSON.compactText == straight.modelJSON.compactText)
        #expect(other.reportJSON.compactText == straight.reportJSON.compactText)
        #expect(
          shuffled.indices.allSatisfy {
            other.expectedSpend[$0] == straight.expectedSpend[shuffled[$0]]
          })
      }
    }
  }

  @Test func sumsInAnyOrderAreSums() {
    var random = RandomStream(seed: 3)
    var values = (0..<10_000).map { _ in (random.nextUnit() - 0.3) * 1e6 }
    let sum = sumInAnyOrder(values)
    #expect(abs(sum / values.reduce(0, +) - 1) < 1e-12)
    values.reverse()
    #expect(sumInAnyOrder(values) == sum)
    #expect(sumInAnyOrder([]) == 0 && sumInAnyOrder([0, 0]) == 0)
    #expect(sumInAnyOrder([1e308, -1e308, 1]) == 0)
    #expect(abs(sumInAnyOrder([3e-300, 1e-300]) / 4e-300 - 1) < 1e-15)
    #expect(sumInAnyOrder([1, .infinity]) == .infinity)
  }
}
