import Columns
import Expressions

/// Five customers that tests can count by hand; row 3 has nulls.
enum SampleSource {
  static let frame = Frame(
    rowCount: 5,
    columns: [
      Column("customer_id", .text(StringTable(["a1", "b2", "c3", "d4", "e5"]))),
      Column("r", .uint8(AlignedBuffer([5, 4, 3, 0, 5])), validity: valid),
      Column("orders", .int32(AlignedBuffer([10, 2, 7, 0, 1]))),
      Column(
        "monetary_total", .money(AlignedBuffer([1_000_000, 200_000, 500_000, 0, 300_000]))),
      Column("clv", .float64(AlignedBuffer([10, 2.5, 8, 0, 2.5])), validity: valid),
      Column(
        "last_purchase", .day(AlignedBuffer([20_400, 20_300, 20_200, 0, 20_400])),
        validity: valid),
      Column("is_person", .bool(Bitmap([true, false, true, false, true])), validity: valid),
      Column(
        "segment",
        .string(.uint8(AlignedBuffer([2, 1, 0, 0, 2])), StringTable(["Lost", "New", "Best"])),
        validity: valid),
    ])

  private static let valid = Bitmap([true, true, true, false, true])

  static let source = QuerySource(
    frame: frame, tags: [("vip", Bitmap([true, false, false, false, true]))])

  static func rows(_ text: String, as context: ExpressionContext = .row) throws -> [Int] {
    let bitmap = try source.bind(try Expression.parse(text), as: context).bitmap()
    return (0..<5).filter { bitmap[$0] }
  }

  static func run(_ text: String) throws -> QueryResult { try Query.parse(text).run(on: source) }

  static func csv(_ text: String) throws -> String {
    String(decoding: try run(text).csv, as: UTF8.self)
  }

  /// The error of a query, rendered.
  static func error(_ text: String) -> String {
    do {
      _ = try run(text)
      return "no error"
    } catch let error as QueryError {
      return error.rendered(in: text)
    } catch {
      return "another error"
    }
  }
}
