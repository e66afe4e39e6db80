import Columns
import Expressions
import Testing

/// Random conditions over random rows, against an evaluator that goes row by row and knows three truth values.
@Suite struct NaiveConditionTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func queriesRulesAndTagsTakeTheRowsOfTheNaiveEvaluator(seed: UInt64) throws {
    let rowCount = 200
    var generator = NaiveGenerator(seed: seed, rowCount: rowCount)
    let source = generator.source
    var conditions: [NaiveExpression] = []
    var rules: [BoundExpression] = []
    var failures = 0
    for _ in 0..<400 {
      let condition = generator.condition(depth: 3)
      let expected = Bitmap((0..<rowCount).map { condition.truth($0) == true })
      do {
        let rule = try source.bind(Expression.parse(condition.text), as: .rule)
        let query = try Query.parse("SELECT count(*) FROM customers WHERE \(condition.text)")
        guard case .int64(let count) = try query.run(on: source).rows.columns[0].values,
          try rule.bitmap() == expected, count[0] == Int64(expected.oneCount)
        else {
          failures += 1
          if failures < 10 { Issue.record("seed \(seed): other rows: \(condition.text)") }
          continue
        }
        rules.append(rule)
        conditions.append(condition)
      } catch {
        Issue.record("seed \(seed): \(error): \(condition.text)")
      }
    }
    #expect(failures == 0)
    // Tags and segments are evaluated side by side, parts that they share once.
    let together = try ConditionSet(rules, of: source).bitmaps()
    for (condition, bitmap) in zip(conditions, together) {
      let expected = Bitmap((0..<rowCount).map { condition.truth($0) == true })
      #expect(bitmap == expected, "seed \(seed), side by side: \(condition.text)")
    }
  }
}
