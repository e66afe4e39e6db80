import Columns
import Kernels

/// What median, quantile and count(DISTINCT …) make of the values of one group.
struct CollectedGroup {
  let function: Aggregate.Function
  /// Whose codes the values are; nil for numbers.
  let strings: StringSource?
  let control: QueryControl

  /// The number of distinct values, or the two values in the middle, or the quantile (twice).
  ///
  /// `words` are whole numbers, float keys or codes of strings; they are left in another order.
  ///
  /// - Parameter isLarge: whether all cores work on this group.
  func finish(
    _ words: UnsafeMutableBufferPointer<Int64>, isLarge: Bool
  ) throws(QueryError) -> (Int64, Int64) {
    if words.isEmpty { return (0, 0) }
    try control.check()
    if function == .countDistinct {
      if words.count > QueryLimits.checkedCount {
        return (try DistinctCount(strings, control).count(UnsafeBufferPointer(words)), 0)
      }
      return (distinctCountOfFew(words), 0)
    }
    if let strings { return try finish(words, strings, isLarge: isLarge) }
    func place(_ index: Int) -> Int64 {
      isLarge
        ? selectKey(UnsafeBufferPointer(words), rank: index) : Selection.select(words, index)
    }
    if case .quantile(let fraction) = function {
      let value = place(Accumulator.quantileIndex(fraction, words.count))
      return (value, value)
    }
    let low = place((words.count - 1) / 2)
    return (low, words.count % 2 == 1 ? low : place(words.count / 2))
  }

  private func distinctCountOfFew(_ words: UnsafeMutableBufferPointer<Int64>) -> Int64 {
    var sorted = words
    var count: Int64 = 1
    if let strings, !strings.isDistinct {
      sorted.sort { strings.order(Int($0), Int($1)) < 0 }
      for i in words.indices.dropFirst()
      where strings.order(Int(words[i]), Int(words[i - 1])) != 0 {
        count += 1
      }
    } else {
      sorted.sort()
      for i in words.indices.dropFirst() where words[i] != words[i - 1] { count += 1 }
    }
    return count
  }

  /// The same of codes of strings, whose order is that of the strings' bytes.
  private func finish(
    _ codes: UnsafeMutableBufferPointer<Int64>, _ strings: StringSource, isLarge: Bool
  ) throws(QueryError) -> (Int64, Int64) {
    try control.checkMemory(
      24 * codes.count, "quantile of texts", "filter with WHERE, or raise the limit")
    var sorted = codes.map { Int($0) }
    try CheckedSort.sort(&sorted, isParallel: isLarge, control) { strings.order($0, $1) < 0 }
    if case .quantile(let fraction) = function {
      let code = Int64(sorted[Accumulator.quantileIndex(fraction, sorted.count)])
      return (code, code)
    }
    return (Int64(sorted[(sorted.count - 1) / 2]), Int64(sorted[sorted.count / 2]))
  }
}
