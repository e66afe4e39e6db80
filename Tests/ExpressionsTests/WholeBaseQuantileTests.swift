import Columns
import Expressions
import Kernels
import Testing

/// Quantiles of bases large enough to be counted instead of sorted.
@Suite struct WholeBaseQuantileTests {
  private static let count = 70_001

  private func value(_ text: String, _ column: Column) throws -> Literal? {
    let source = QuerySource(frame: Frame(rowCount: column.rowCount, columns: [column]))
    return try source.bind(Expression.parse(text), as: .rule).constant
  }

  @Test(arguments: ["0", "0.001", "0.25", "0.5", "0.9", "0.999", "1"])
  func theCountedQuantileIsTheSortedOne(_ fraction: String) throws {
    var random = RandomStream(seed: 3, stream: 0)
    // Skewed money with returns and two far outliers, a third of it null.
    var values = (0..<WholeBaseQuantileTests.count).map { _ -> Int64 in
      let unit = random.nextUnit()
      return Int64(1_000 / (unit + 0.001)) - 5_000
    }
    values[17] = .max
    values[18] = .min + 1
    let valid = Bitmap(count: values.count) { $0 % 3 != 1 }
    let sorted = values.indices.filter { valid[$0] }.map { values[$0] }.sorted()
    let p = try #require(Double(fraction))
    let rank = max(0, Int((Double(sorted.count) * p).rounded(.up)) - 1)
    let money = Column("x", .money(AlignedBuffer(values)), validity: valid)
    #expect(
      try value("quantile(x, \(fraction))", money) == .decimal(sorted[rank], scale: 4))
    let floats = values.map { Float(Double($0) / 7) }
    let sortedFloats = values.indices.filter { valid[$0] }.map { floats[$0] }.sorted()
    let float = Column("x", .float32(AlignedBuffer(floats)), validity: valid)
    #expect(
      try value("quantile(x, \(fraction))", float) == .float(Double(sortedFloats[rank])))
  }

  @Test func equalValuesAndNoValuesAreFine() throws {
    let same = Column("x", .int32(AlignedBuffer(repeating: 7, count: WholeBaseQuantileTests.count)))
    #expect(try value("quantile(x, 0.3)", same) == .integer(7))
    let none = Column(
      "x", .day(AlignedBuffer(repeating: 0, count: WholeBaseQuantileTests.count)),
      validity: Bitmap(repeating: false, count: WholeBaseQuantileTests.count))
    #expect(try value("quantile(x, 0.3)", none) == .null)
  }
}
