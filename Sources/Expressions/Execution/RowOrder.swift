import Columns
import Kernels

/// One key of ORDER BY.
struct SortKey: Sendable {
  let value: Bound
  let isDescending: Bool
  let nullsFirst: Bool
}

/// Orders rows by keys; equal rows stay in the order of the table.
struct RowOrder: Sendable {
  let keys: [SortKey]
  let evaluator: Evaluator
  /// For keys of a dictionary, each code's place in byte order.
  let ranks: [[UInt32]?]
  /// For keys of a text column, the texts.
  let texts: [StringSource?]
  private let hasTexts: Bool

  init(_ keys: [SortKey], _ evaluator: Evaluator) {
    self.keys = keys
    self.evaluator = evaluator
    ranks = keys.map { key in
      key.value.strings.flatMap { $0.isDistinct ? $0.ranks : nil }
    }
    texts = keys.map { key in key.value.strings.flatMap { $0.isDistinct ? nil : $0 } }
    hasTexts = texts.contains { $0 != nil }
  }

  /// Rows with their keys: `width` words a row, each key as a null flag and a word that sorts ascending.
  private struct Entries {
    var rows: [Int] = []
    var words: [Int64] = []
  }

  /// The first `wanted` rows of the selection, in order.
  ///
  /// Chunks go in waves, so that no more is held than the best rows so far and those of a wave.
  func rows(
    _ selection: RowSelection, wanted: Int, _ control: QueryControl
  ) throws(QueryError) -> [Int] {
    if wanted == 0 { return [] }
    let entryByteCount = 8 * (1 + width)
    let wave = waveCount(selection, wanted, entryByteCount)
    let chunkRowCount = min(wanted, Parallel.chunkRowCount)
    // What is merged is held beside what it is merged from.
    let heldCount =
      min(wanted, selection.count)
      + min(selection.count, chunkRowCount * min(wave, selection.chunkCount))
    try control.checkMemory(
      2 * entryByteCount * heldCount, "ordering \(selection.count) rows by \(keys.count) keys",
      "ask for fewer rows with LIMIT, order by fewer keys, or raise the limit")
    var best = Entries()
    let bound = TopBound()
    var start = 0
    while start < selection.chunkCount {
      let end = wave < selection.chunkCount - start ? start + wave : selection.chunkCount
      let parts = try parts(start..<end, selection, wanted, bound, control)
      best = try merged(best, try merged(parts, wanted, control), wanted, control)
      if best.rows.count >= wanted, texts[0] == nil {
        let last = (best.rows.count - 1) * width
        bound.offer((best.words[last], best.words[last + 1]))
      }
      start = end
    }
    return best.rows
  }

  /// Memory of the entries of one wave, about.
  private static let waveByteCount = 64 << 20

  /// Chunks of a wave: all of them where all rows are wanted anyway.
  private func waveCount(_ selection: RowSelection, _ wanted: Int, _ entryByteCount: Int) -> Int {
    if wanted >= selection.count { return max(1, selection.chunkCount) }
    return max(
      4, RowOrder.waveByteCount / (entryByteCount * min(wanted, Parallel.chunkRowCount)))
  }

  /// The best rows of each of some chunks.
  private func parts(
    _ chunks: Range<Int>, _ selection: RowSelection, _ wanted: Int, _ bound: TopBound,
    _ control: QueryControl
  ) throws(QueryError) -> [Entries] {
    var parts = [Entries](repeating: Entries(), count: chunks.count)
    let first = FirstError()
    parts.withUnsafeMutableBufferPointer { out in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let out = out
      Parallel.perform(chunks.count) { task in
        first.run(task) { () throws(QueryError) in
          let chunk = chunks.lowerBound + task
          guard let words = selection.words(chunk) else { return }
          out[task] = try self.entries(chunk, words, wanted, bound, control)
        }
      }
    }
    try first.rethrow()
    return parts
  }

  /// The best rows of one chunk, sorted.
  private func entries(
    _ chunk: Int, _ selected: [UInt64], _ wanted: Int, _ bound: TopBound,
    _ control: QueryControl
  ) throws(QueryError) -> Entries {
    let start = chunk * Parallel.chunkRowCount
    var all = Entries()
    var heap = TopHeap(capacity: wanted, width: width)
    let isTop = wanted < Parallel.chunkRowCount / 4
    let total = min(start + Parallel.chunkRowCount, evaluator.rowCount)
    var words = selected
    if let known = bound.value { restrict(&words, start..<total, to: known) }
    var batchStart = start
    while batchStart < total {
      let batch = batchStart..<min(batchStart + QueryLimits.batchRowCount, total)
      let w = (batchStart - start) / 64
      let active = Array(words[w..<w + BitWords.wordCount(batch.count)])
      batchStart = batch.upperBound
      if BitWords.isZero(active) { continue }
      try control.check()
      let keyWords = try keyWords(batch, active)
      var tuple = [Int64](repeating: 0, count: width)
      let flags = keyWords[0]
      let leading = keyWords[1]
      var candidates = active
      if texts[0] == nil, let worst = TopBound.better(isTop ? heap.worst : nil, bound.value) {
        // Most rows of a long table are worse than the worst kept one already by the first key.
        candidates = BitWords.and(active, RowOrder.notWorse(flags, leading, than: worst))
      }
      BitWords.forEach(candidates) { i in
        if isTop, let worst = heap.worst, texts[0] == nil,
          flags[i] > worst.flag || (flags[i] == worst.flag && leading[i] > worst.word)
        {
          return
        }
        for k in 0..<width { tuple[k] = keyWords[k][i] }
        if isTop {
          heap.offer(batch.lowerBound + i, tuple) { a, b in self.precedes(a, b) }
        } else {
          all.rows.append(batch.lowerBound + i)
          all.words.append(contentsOf: tuple)
        }
      }
    }
    if isTop {
      if texts[0] == nil, let worst = heap.worst { bound.offer(worst) }
      all.rows = heap.rows
      all.words = heap.words
    }
    return try sorted(all, wanted, control)
  }

  private var width: Int { keys.count * 2 }

  /// For each key a flag that puts nulls first or last, and a word that sorts ascending.
  private func keyWords(
    _ batch: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> [[Int64]] {
    var all: [[Int64]] = []
    for (k, key) in keys.enumerated() {
      let vector = try evaluator.evaluate(key.value, batch, active: active)
      var words = GroupKeys.words(vector)
      if let ranks = ranks[k], !ranks.isEmpty {
        for i in words.indices { words[i] = Int64(ranks[Int(words[i])]) }
      }
      if key.isDescending, texts[k] == nil { for i in words.indices { words[i] = ~words[i] } }
      var flags = [Int64](repeating: 0, count: words.count)
      for i in words.indices where vector.isNull(i) {
        flags[i] = key.nullsFirst ? -1 : 1
        words[i] = 0
      }
      all.append(flags)
      all.append(words)
    }
    return all
  }

  /// Whether one row's words come before another's; equal ones do not.
  @inline(__always)
  private func precedes(
    _ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>
  ) -> Int {
    if !hasTexts {
      for k in 0..<width where a[k] != b[k] { return a[k] < b[k] ? -1 : 1 }
      return 0
    }
    for k in keys.indices {
      if a[k * 2] != b[k * 2] { return a[k * 2] < b[k * 2] ? -1 : 1 }
      let x = a[k * 2 + 1]
      let y = b[k * 2 + 1]
      if x == y || a[k * 2] != 0 { continue }
      guard let text = texts[k] else { return x < y ? -1 : 1 }
      let order = text.order(Int(x), Int(y))
      if order != 0 { return keys[k].isDescending ? -order : order }
    }
    return 0
  }

  private func sorted(
    _ entries: Entries, _ wanted: Int, _ control: QueryControl
  ) throws(QueryError) -> Entries {
    var order = Array(entries.rows.indices)
    let width = width
    try CheckedSort.sort(&order, isParallel: false, control) { a, b in
      let order = entries.words.withUnsafeBufferPointer {
        self.precedes($0.baseAddress! + a * width, $0.baseAddress! + b * width)
      }
      return order == 0 ? entries.rows[a] < entries.rows[b] : order < 0
    }
    var out = Entries()
    let count = min(wanted, order.count)
    out.rows.reserveCapacity(count)
    out.words.reserveCapacity(count * width)
    for i in order.prefix(count) {
      out.rows.append(entries.rows[i])
      out.words.append(contentsOf: entries.words[i * width..<(i + 1) * width])
    }
    return out
  }

  /// Merges sorted parts two by two, in parallel, until one is left.
  private func merged(
    _ parts: [Entries], _ wanted: Int, _ control: QueryControl
  ) throws(QueryError) -> Entries {
    var parts = parts
    while parts.count > 1 {
      var next = [Entries](repeating: Entries(), count: (parts.count + 1) / 2)
      let first = FirstError()
      next.withUnsafeMutableBufferPointer { out in
        // SAFETY: every task writes its own element.
        nonisolated(unsafe) let out = out
        let parts = parts
        Parallel.perform(out.count) { task in
          first.run(task) { () throws(QueryError) in
            out[task] =
              task * 2 + 1 < parts.count
              ? try self.merged(parts[task * 2], parts[task * 2 + 1], wanted, control)
              : parts[task * 2]
          }
        }
      }
      try first.rethrow()
      parts = next
    }
    return parts.first ?? Entries()
  }

  private func merged(
    _ a: Entries, _ b: Entries, _ wanted: Int, _ control: QueryControl
  ) throws(QueryError) -> Entries {
    if a.rows.isEmpty { return b }
    if b.rows.isEmpty { return a }
    let width = width
    let count = min(wanted, a.rows.count + b.rows.count)
    var out = Entries()
    out.rows.reserveCapacity(count)
    out.words.reserveCapacity(count * width)
    var i = 0
    var j = 0
    while out.rows.count < count {
      try control.check()
      let end = min(count, out.rows.count + QueryLimits.checkedCount)
      a.words.withUnsafeBufferPointer { left in
        b.words.withUnsafeBufferPointer { right in
          while out.rows.count < end {
            let x = left.baseAddress! + i * width
            let y = right.baseAddress! + j * width
            // Rows of the left part come earlier in the table: they win ties.
            let takeLeft =
              j == b.rows.count || (i < a.rows.count && self.precedes(x, y) <= 0)
            out.rows.append(takeLeft ? a.rows[i] : b.rows[j])
            out.words.append(
              contentsOf: UnsafeBufferPointer(start: takeLeft ? x : y, count: width))
            if takeLeft { i += 1 } else { j += 1 }
          }
        }
      }
    }
    return out
  }
}
