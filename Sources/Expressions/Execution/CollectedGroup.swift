import Columns
import Kernels

/// What median, quantile and count(DISTINCT …) make of the values of one group.
enum CollectedGroup {
  /// The number of distinct values, or the two values in the middle, or the quantile (twice).
  ///
  /// `words` are whole numbers or float keys, at least one; they are left in another order.
  static func finish(
    _ function: Aggregate.Function, _ words: UnsafeMutableBufferPointer<Int64>, isLarge: Bool
  ) -> (Int64, Int64) {
    func place(_ index: Int) -> Int64 {
      isLarge
        ? selectKey(UnsafeBufferPointer(words), rank: index) : Selection.select(words, index)
    }
    switch function {
    case .countDistinct:
      if words.isEmpty { return (0, 0) }
      if isLarge {
        let all = BitWords.ones(words.count)
        let order = all.withUnsafeBufferPointer {
          DescendingOrder(UnsafeBufferPointer(words), valid: $0)
        }
        return (Int64(order.distinctCount), 0)
      }
      var sorted = words
      sorted.sort()
      var count: Int64 = 1
      for i in 1..<max(1, words.count) where words[i] != words[i - 1] { count += 1 }
      return (count, 0)
    case .quantile(let fraction):
      let value = place(Accumulator.quantileIndex(fraction, words.count))
      return (value, value)
    default:
      let low = place((words.count - 1) / 2)
      return (low, words.count % 2 == 1 ? low : place(words.count / 2))
    }
  }

  /// The same of codes of strings, whose order is that of the strings' bytes.
  static func finish(
    _ function: Aggregate.Function, _ codes: UnsafeMutableBufferPointer<Int64>,
    _ strings: StringSource
  ) -> (Int64, Int64) {
    if codes.isEmpty { return (0, 0) }
    if function == .countDistinct {
      if strings.isDistinct { return finish(function, codes, isLarge: false) }
      return (Int64(Set(codes.map { Array(strings.table.utf8(at: Int($0))) }).count), 0)
    }
    var sorted = codes
    sorted.sort { strings.order(Int($0), Int($1)) < 0 }
    if case .quantile(let fraction) = function {
      let code = codes[Accumulator.quantileIndex(fraction, codes.count)]
      return (code, code)
    }
    return (codes[(codes.count - 1) / 2], codes[codes.count / 2])
  }
}
