import Kernels

/// A merge sort of row, group or code numbers that stops when the query is to stop.
enum CheckedSort {
  /// Numbers sorted at once: about a millisecond.
  private static let runCount = 8_192

  /// Sorts by a strict order; numbers of which none precedes the other stay as they stand.
  ///
  /// - Parameter isParallel: false within a task of a parallel loop.
  /// - Complexity: n log n comparisons, on all cores but for the last merges; 16 bytes a number besides the array.
  static func sort(
    _ numbers: inout [Int], isParallel: Bool, _ control: QueryControl,
    by precedes: (Int, Int) -> Bool
  ) throws(QueryError) {
    let count = numbers.count
    try withRuns(of: &numbers, runCount, isParallel, control) { (run, _) throws(QueryError) in
      run.sort(by: precedes)
    }
    var width = runCount
    while width < count {
      let source = numbers
      let half = width
      try withRuns(of: &numbers, 2 * half, isParallel, control) { (out, start) throws(QueryError) in
        let middle = min(start + half, count)
        try merge(
          source, start..<middle, middle..<start + out.count, into: out, control, precedes)
      }
      width *= 2
    }
  }

  private static func merge(
    _ source: [Int], _ left: Range<Int>, _ right: Range<Int>,
    into out: UnsafeMutableBufferPointer<Int>, _ control: QueryControl,
    _ precedes: (Int, Int) -> Bool
  ) throws(QueryError) {
    var i = left.lowerBound
    var j = right.lowerBound
    for at in out.indices {
      if at % QueryLimits.checkedCount == 0 { try control.check() }
      let takesRight =
        i == left.upperBound || (j < right.upperBound && precedes(source[j], source[i]))
      out[at] = takesRight ? source[j] : source[i]
      if takesRight { j += 1 } else { i += 1 }
    }
  }

  /// Hands out the numbers in runs of `size`, side by side when told, each after a look at the deadline.
  private static func withRuns(
    of numbers: inout [Int], _ size: Int, _ isParallel: Bool, _ control: QueryControl,
    _ body: (inout UnsafeMutableBufferPointer<Int>, _ start: Int) throws(QueryError) -> Void
  ) throws(QueryError) {
    let first = FirstError()
    numbers.withUnsafeMutableBufferPointer { numbers in
      // SAFETY: every task writes its own run.
      nonisolated(unsafe) let all = numbers
      func work(_ run: Int) {
        first.run(run) { () throws(QueryError) in
          try control.check()
          let start = run * size
          var part = UnsafeMutableBufferPointer(
            rebasing: all[start..<min(start + size, all.count)])
          try body(&part, start)
        }
      }
      let runCount = (all.count + size - 1) / size
      if isParallel {
        Parallel.perform(runCount, work)
      } else {
        for run in 0..<runCount { work(run) }
      }
    }
    try first.rethrow()
  }
}
