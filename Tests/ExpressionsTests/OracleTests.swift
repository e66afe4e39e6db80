import Columns
import Expressions
import Foundation
import JSONText
import Testing

/// Random queries over a random table, answered by DuckDB (Fixtures/make_queries.py).
struct OracleTests {
  /// Elsewhere for `make bench-peers`, which draws new ones.
  private static let folder =
    ProcessInfo.processInfo.environment["STRATA_ORACLE"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  @Test(arguments: [false, true])
  func everyAnswerIsDuckDBs(zoneMaps: Bool) throws {
    let table = try OracleTable(Self.folder + "/oracle_table.csv")
    let text = try String(contentsOfFile: Self.folder + "/oracle_queries.jsonl", encoding: .utf8)
    var sources: [Int64: QuerySource] = [:]
    var count = 0
    var failures = 0
    for (number, line) in text.split(separator: "\n").enumerated() {
      let entry = try JSON.parse(line.utf8)
      guard case .object(let members) = entry,
        case .string(let query) = members[0].value, case .integer(let copies) = members[1].value,
        case .array(let answer) = members[2].value
      else {
        Issue.record("line \(number + 1) is not a query")
        return
      }
      // The large table once; zone maps matter there only.
      if zoneMaps != (copies > 1) { continue }
      let source = sources[copies] ?? table.source(copies: Int(copies), zoneMaps: zoneMaps)
      sources[copies] = source
      count += 1
      if let difference = Self.difference(query, source, answer) {
        failures += 1
        if failures <= 40 { Issue.record("line \(number + 1): \(query)\n  \(difference)") }
      }
    }
    #expect(failures == 0, "\(failures) of \(count) queries differ from DuckDB")
    #expect(count >= (zoneMaps ? 20 : 400))
  }

  private static func difference(
    _ query: String, _ source: QuerySource, _ answer: [JSON]
  ) -> String? {
    let result: QueryResult
    do {
      result = try Query.parse(query).run(on: source)
    } catch {
      return error.rendered(in: query)
    }
    if result.rowCount != answer.count {
      return "\(result.rowCount) rows, expected \(answer.count)"
    }
    for (row, expected) in answer.enumerated() {
      guard case .array(let cells) = expected, cells.count == result.columns.count else {
        return "\(result.columns.count) columns, expected another number"
      }
      for (c, cell) in cells.enumerated() {
        let column = result.rows.columns[c]
        let type = result.columns[c].type
        if !isEqual(column, type, row, cell) {
          let shown = column.isNull(row) ? "null" : text(column, type, row)
          return "row \(row), column \(c): \(shown), expected \(cell.compactText)"
        }
      }
    }
    return nil
  }

  private static func text(_ column: Columns.Column, _ type: ValueType, _ row: Int) -> String {
    var bytes: [UInt8] = []
    ValueText.append(column, as: type, row: row, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isEqual(
    _ column: Columns.Column, _ type: ValueType, _ row: Int, _ cell: JSON
  ) -> Bool {
    if column.isNull(row) { return cell == .null }
    let found = text(column, type, row)
    switch cell {
    case .null: return false
    case .bool(let value): return found == (value ? "true" : "false")
    case .string(let value): return found == value
    case .integer(let value): return found == String(value) || isNear(found, Double(value))
    case .number(let value):
      if column.type == .float32 { return Float(found) == Float(value) }
      return isNear(found, value)
    case .array(let parts):
      guard case .string(let text) = parts[0] else { return false }
      // Decimals are exact; what is a float here although DuckDB's is a decimal is in the documentation.
      if type == .float { return isNear(found, Double(text)!) }
      return withoutZeros(found) == withoutZeros(text)
    case .object: return false
    }
  }

  /// A decimal without the zeros at its end.
  private static func withoutZeros(_ text: String) -> Substring {
    guard text.contains(".") else { return Substring(text) }
    var kept = Substring(text)
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return kept
  }

  /// To 1e-9 of the value.
  private static func isNear(_ found: String, _ expected: Double) -> Bool {
    guard let value = Double(found) else { return false }
    return abs(value - expected) <= 1e-9 * max(abs(value), abs(expected))
  }
}
