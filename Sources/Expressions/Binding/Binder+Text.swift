import Columns

extension Binder {
  /// A condition on a string: asked once for every distinct value of a dictionary, else row by row.
  func textCondition(_ value: Bound, _ condition: TextCondition, _ at: Int) -> Bound? {
    guard value.type == .string, let strings = value.strings else { return nil }
    if value.constant == .null { return Bound(.bool, .constant(.null), at: at) }
    guard strings.isDistinct else {
      return Bound(.bool, .textCondition(value, condition), at: at)
    }
    let answers = (0..<strings.table.count).map { condition.holds(strings.table.utf8(at: $0)) }
    if value.constant != nil {
      return Bound(.bool, .constant(.bool(answers[0])), at: at)
    }
    if case .column(let index) = value.node {
      // One run of codes, or all but one run, is a plain compare of codes.
      if let run = Binder.run(of: true, in: answers) {
        return Bound(
          .bool, .range(column: index, low: run.0, high: run.1, isNegated: false), at: at)
      }
      if let run = Binder.run(of: false, in: answers) {
        return Bound(
          .bool, .range(column: index, low: run.0, high: run.1, isNegated: true), at: at)
      }
    }
    // Null rows have code 0, whether or not the dictionary has such an entry.
    return Bound(.bool, .codeSet(value, answers.isEmpty ? [false] : answers), at: at)
  }

  /// First and last code with that answer if they stand together; (1, 0) if there is none.
  private static func run(of answer: Bool, in answers: [Bool]) -> (Int64, Int64)? {
    guard let first = answers.firstIndex(of: answer), let last = answers.lastIndex(of: answer)
    else { return (1, 0) }
    return answers[first...last].allSatisfy { $0 == answer } ? (Int64(first), Int64(last)) : nil
  }

  func like(_ value: Bound, _ pattern: Bound, _ at: Int) throws(QueryError) -> Bound {
    if value.type == .null || pattern.type == .null {
      return Bound(.bool, .constant(.null), at: at)
    }
    guard value.type == .string, pattern.type == .string else {
      throw mismatch("LIKE", value, pattern, at)
    }
    guard case .string(let text) = pattern.constant else {
      throw QueryError(.type, "the pattern of LIKE must be a text in quotes", at: at)
    }
    return textCondition(value, .like(LikePattern(text)), at)!
  }
}

/// A float as an integer that sorts the same way: NaN last and equal to itself, the two zeros equal.
@inline(__always)
func floatKey(_ value: Double) -> Int64 {
  if value.isNaN { return .max }
  let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
  return bits ^ Int64(bitPattern: UInt64(bitPattern: bits >> 63) >> 1)
}
