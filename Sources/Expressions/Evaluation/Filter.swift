import Columns
import Kernels

/// A condition over chunks of rows, as the words of a bitmap.
///
/// The parts of a conjunction run one after the other and are ANDed in place. A part that compares a column
/// with constants runs over the whole chunk at once, without a vector in between, and is skipped where the
/// zone map knows the answer.
struct Filter: Sendable {
  private let fast: [Bound]
  private let slow: Bound?
  private let evaluator: Evaluator

  init(_ condition: Bound?, _ evaluator: Evaluator) {
    self.evaluator = evaluator
    var parts: [Bound] = []
    if let condition {
      if case .and(let list) = condition.node { parts = list } else { parts = [condition] }
    }
    fast = parts.filter { Filter.isFast($0) }
    let rest = parts.filter { !Filter.isFast($0) }
    slow =
      rest.isEmpty
      ? nil : rest.count == 1 ? rest[0] : Bound(.bool, .and(rest), at: rest[0].byteOffset)
  }

  private static func isFast(_ part: Bound) -> Bool {
    switch part.node {
    case .range, .floatRange, .tag: true
    default: false
    }
  }

  /// Whether every row passes.
  var isAlwaysTrue: Bool { fast.isEmpty && slow == nil }

  /// Writes the words of one chunk; bits past its end are 0.
  func run(
    chunk: Int, _ rows: Range<Int>, into words: UnsafeMutableBufferPointer<UInt64>,
    _ control: QueryControl
  ) throws(QueryError) {
    words.update(repeating: .max)
    if rows.count % 64 != 0 {
      words[words.count - 1] = (1 << UInt64(rows.count % 64)) - 1
    }
    var isFirst = true
    for part in fast {
      if !runFast(part, chunk: chunk, rows, words, isFirst: &isFirst) {
        words.update(repeating: 0)
        return
      }
    }
    guard let slow else { return }
    var start = rows.lowerBound
    while start < rows.upperBound {
      let batch = start..<min(start + QueryLimits.batchRowCount, rows.upperBound)
      let first = (start - rows.lowerBound) / 64
      let range = first..<first + BitWords.wordCount(batch.count)
      let active = Array(words[range])
      if !BitWords.isZero(active) {
        try control.check()
        let bits = try evaluator.evaluate(slow, batch, active: active).bits
        for (i, w) in range.enumerated() { words[w] = active[i] & bits[i] }
      }
      start = batch.upperBound
    }
  }

  /// ANDs one part into the words; false when no row of the chunk can pass.
  private func runFast(
    _ part: Bound, chunk: Int, _ rows: Range<Int>, _ words: UnsafeMutableBufferPointer<UInt64>,
    isFirst: inout Bool
  ) -> Bool {
    let column: Int
    switch part.node {
    case .tag(let index):
      and(evaluator.tags[index], rows, words)
      isFirst = false
      return true
    case .range(let index, let low, let high, let isNegated):
      column = index
      if !isNegated, let map = zoneMap(index) {
        switch map.verdict(block: chunk, low: low, high: high) {
        case .none: return false
        case .all: return true
        case .mixed: break
        }
      }
      fold(words, isFirst) {
        evaluator.rangeWords(index, low, high, isNegated, rows, into: $0)
      }
    case .floatRange(let index, let low, let high, let isNegated):
      column = index
      if !isNegated, let map = zoneMap(index) {
        switch map.verdict(block: chunk, low: low, high: high) {
        case .none: return false
        case .all: return true
        case .mixed: break
        }
      }
      fold(words, isFirst) {
        evaluator.floatRangeWords(index, low, high, isNegated, rows, into: $0)
      }
    default: preconditionFailure("not a fast part")
    }
    isFirst = false
    if let validity = evaluator.columns[column].validity { and(validity, rows, words) }
    return true
  }

  private func zoneMap(_ column: Int) -> ZoneMap? {
    column < evaluator.zoneMaps.count ? evaluator.zoneMaps[column] : nil
  }

  /// The first part writes, the others AND what they find.
  private func fold(
    _ words: UnsafeMutableBufferPointer<UInt64>, _ isFirst: Bool,
    _ compare: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) {
    if isFirst {
      compare(words)
      return
    }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words.count) { scratch in
      compare(scratch)
      Compare.and(words, UnsafeBufferPointer(scratch))
    }
  }

  private func and(
    _ bitmap: Bitmap, _ rows: Range<Int>, _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    let first = rows.lowerBound / 64
    let slice = UnsafeBufferPointer(rebasing: bitmap.words.pointer[first..<first + words.count])
    Compare.and(words, slice)
  }
}
