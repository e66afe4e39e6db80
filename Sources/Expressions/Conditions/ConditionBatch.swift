import Columns
import Kernels

/// The answers of a `ConditionSet` for one batch of rows, computed as they are asked for.
package final class ConditionBatch: @unchecked Sendable {
  // SAFETY: a batch is used by one worker at a time; `memory` is owned and freed by it alone.
  private let set: ConditionSet
  private let memory: UnsafeMutablePointer<UInt64>
  private var states: [State]
  /// At most `QueryLimits.batchRowCount`, from a multiple of 64 on.
  package private(set) var rows = 0..<0
  private var wordCount = 0
  private var lastWordMask: UInt64 = .max

  private enum State {
    case open
    case done
    /// An error in some row, which may be one that the condition as a whole guards.
    case failed
  }

  private static let wordCountMax = QueryLimits.batchRowCount / 64

  init(_ set: ConditionSet) {
    self.set = set
    memory = .allocate(capacity: max(1, set.nodes.count * 2 * ConditionBatch.wordCountMax))
    states = Array(repeating: .open, count: set.nodes.count)
  }

  deinit { memory.deallocate() }

  func begin(_ rows: Range<Int>) {
    self.rows = rows
    wordCount = BitWords.wordCount(rows.count)
    lastWordMask = rows.count % 64 == 0 ? .max : (1 << UInt64(rows.count % 64)) - 1
    for i in states.indices { states[i] = .open }
  }

  /// Rows of the batch where a condition is true; bits past the end are 0. Valid until the next batch.
  package func words(_ condition: Int) throws(QueryError) -> UnsafeBufferPointer<UInt64> {
    let root = set.roots[condition]
    if !compute(root, needsKnown: false) {
      // Some part cannot be computed in some row: what guards it is seen only row by row.
      let active = BitWords.ones(rows.count)
      let vector = try set.evaluator.evaluate(set.nodes[root].bound, rows, active: active)
      store(vector, root)
      states[root] = .done
    }
    return UnsafeBufferPointer(truth(root))
  }

  /// Rows where the node is true.
  private func truth(_ node: Int) -> UnsafeMutableBufferPointer<UInt64> {
    UnsafeMutableBufferPointer(
      start: memory + node * 2 * ConditionBatch.wordCountMax, count: wordCount)
  }

  /// Rows where the node is true or false.
  private func known(_ node: Int) -> UnsafeMutableBufferPointer<UInt64> {
    UnsafeMutableBufferPointer(
      start: memory + (node * 2 + 1) * ConditionBatch.wordCountMax, count: wordCount)
  }

  /// False when it cannot be said for every row.
  private func compute(_ index: Int, needsKnown: Bool) -> Bool {
    switch states[index] {
    case .done: return true
    case .failed: return false
    case .open: break
    }
    let node = set.nodes[index]
    var isComplete = true
    switch node.kind {
    case .constant(let value): storeConstant(value, index)
    case .leaf: storeLeaf(node.bound, index)
    case .isNull(let column):
      fill(truth(index), true)
      if let validity = validityWords(column) {
        let bits = truth(index)
        for w in 0..<wordCount { bits[w] &= ~validity[w] }
      } else {
        fill(truth(index), false)
      }
    case .not(let child):
      if !compute(child, needsKnown: true) { return fail(index) }
      let bits = truth(index)
      let from = truth(child)
      if node.isNullable {
        let childKnown = known(child)
        let own = known(index)
        for w in 0..<wordCount {
          bits[w] = childKnown[w] & ~from[w]
          own[w] = childKnown[w]
        }
      } else {
        for w in 0..<wordCount { bits[w] = ~from[w] }
        if wordCount > 0 { bits[wordCount - 1] &= lastWordMask }
      }
    case .and(let children):
      guard let complete = conjunction(index, children, needsKnown) else { return fail(index) }
      isComplete = complete
    case .or(let children):
      guard let complete = disjunction(index, children, needsKnown) else { return fail(index) }
      isComplete = complete
    case .general:
      let active = BitWords.ones(rows.count)
      guard let vector = try? set.evaluator.evaluate(node.bound, rows, active: active) else {
        return fail(index)
      }
      store(vector, index)
    }
    // Where nobody asked which rows are null, the true rows are known and no more.
    if isComplete { states[index] = .done }
    return true
  }

  private func fail(_ index: Int) -> Bool {
    states[index] = .failed
    return false
  }

  /// Whether all parts were computed; nil when one cannot be.
  private func conjunction(_ index: Int, _ children: [Int], _ needsKnown: Bool) -> Bool? {
    let bits = truth(index)
    fill(bits, true)
    let keepsKnown = set.nodes[index].isNullable && needsKnown
    // While parts are joined, `known` holds the rows where one is false.
    let isFalse = known(index)
    if keepsKnown { fill(isFalse, false) }
    for (i, child) in children.enumerated() {
      if !compute(child, needsKnown: keepsKnown) { return nil }
      let part = truth(child)
      if keepsKnown {
        if set.nodes[child].isNullable {
          let childKnown = known(child)
          for w in 0..<wordCount { isFalse[w] |= childKnown[w] & ~part[w] }
        } else {
          for w in 0..<wordCount { isFalse[w] |= ~part[w] }
        }
      }
      var any: UInt64 = 0
      for w in 0..<wordCount {
        bits[w] &= part[w]
        any |= bits[w]
      }
      if any == 0 && !keepsKnown && i < children.count - 1 { return !set.nodes[index].isNullable }
    }
    if keepsKnown {
      for w in 0..<wordCount { isFalse[w] |= bits[w] }
      if wordCount > 0 { isFalse[wordCount - 1] &= lastWordMask }
    }
    return needsKnown || !set.nodes[index].isNullable
  }

  /// Whether all parts were computed; nil when one cannot be.
  private func disjunction(_ index: Int, _ children: [Int], _ needsKnown: Bool) -> Bool? {
    let bits = truth(index)
    fill(bits, false)
    let keepsKnown = set.nodes[index].isNullable && needsKnown
    let isKnown = known(index)
    if keepsKnown { fill(isKnown, true) }
    for child in children {
      if !compute(child, needsKnown: keepsKnown) { return nil }
      let part = truth(child)
      for w in 0..<wordCount { bits[w] |= part[w] }
      if keepsKnown, set.nodes[child].isNullable {
        let childKnown = known(child)
        for w in 0..<wordCount { isKnown[w] &= childKnown[w] }
      }
    }
    if keepsKnown { for w in 0..<wordCount { isKnown[w] |= bits[w] } }
    return needsKnown || !set.nodes[index].isNullable
  }

  private func fill(_ words: UnsafeMutableBufferPointer<UInt64>, _ bit: Bool) {
    words.update(repeating: bit ? .max : 0)
    if bit && wordCount > 0 { words[wordCount - 1] &= lastWordMask }
  }

  private func storeConstant(_ value: Bool?, _ index: Int) {
    fill(truth(index), value == true)
    if set.nodes[index].isNullable { fill(known(index), false) }
  }

  private func storeLeaf(_ bound: Bound, _ index: Int) {
    let bits = truth(index)
    switch bound.node {
    case .tag(let tag):
      let first = rows.lowerBound / 64
      let words = set.evaluator.tags[tag].words.pointer
      for w in 0..<wordCount { bits[w] = words[first + w] }
      if wordCount > 0 { bits[wordCount - 1] &= lastWordMask }
    case .range(let column, let low, let high, let isNegated):
      set.evaluator.rangeWords(column, low, high, isNegated, rows, into: bits)
      applyValidity(column, index)
    case .floatRange(let column, let low, let high, let isNegated):
      set.evaluator.floatRangeWords(column, low, high, isNegated, rows, into: bits)
      applyValidity(column, index)
    default: preconditionFailure("a leaf is a comparison with constants or a tag")
    }
  }

  private func validityWords(_ column: Int) -> UnsafePointer<UInt64>? {
    set.evaluator.columns[column].validity.flatMap { validity in
      validity.words.pointer.baseAddress.map { $0 + rows.lowerBound / 64 }
    }
  }

  private func applyValidity(_ column: Int, _ index: Int) {
    guard let validity = validityWords(column) else { return }
    let bits = truth(index)
    let own = known(index)
    for w in 0..<wordCount {
      own[w] = validity[w]
      bits[w] &= validity[w]
    }
    if wordCount > 0 { own[wordCount - 1] &= lastWordMask }
  }

  private func store(_ vector: Vector, _ index: Int) {
    let bits = truth(index)
    for w in 0..<wordCount { bits[w] = vector.bits[w] }
    guard set.nodes[index].isNullable else { return }
    fill(known(index), true)
    if let validity = vector.validity {
      let own = known(index)
      for w in 0..<wordCount { own[w] &= validity[w] }
    }
  }
}
