import Columns
import Expressions
import Kernels

/// One pass over all rows that gives several taxonomies their codes and several tags their bitmaps.
struct ClassificationPass {
  enum Plan {
    /// The first true rule's number within the taxonomy is a row's code; rows that none takes get `offset`, plus
    /// the code of the preset that the taxonomy builds on.
    case taxonomy(rules: Range<Int>, offset: UInt8, remainder: AlignedBuffer<UInt8>?)
    case tag(rule: Int)
  }

  enum Result {
    case codes(AlignedBuffer<UInt8>)
    case bitmap(Bitmap)
  }

  /// In the order of the plans.
  let results: [Result]

  init(_ conditions: ConditionSet, _ plans: [Plan]) throws(QueryError) {
    let count = conditions.rowCount
    let wordCount = Bitmap.wordCount(of: count)
    let tagCount = plans.count { if case .tag = $0 { true } else { false } }
    var failure: QueryError?
    var words: AlignedBuffer<UInt64>?
    // One allocation of all codes and one of all tags: a pass writes both side by side.
    let codes = AlignedBuffer<UInt8>(count: count * (plans.count - tagCount)) { codes in
      words = AlignedBuffer<UInt64>(count: wordCount * tagCount) { words in
        // SAFETY: every batch writes its own rows and words.
        nonisolated(unsafe) let (codes, words) = (codes, words)
        do throws(QueryError) {
          try conditions.forEachBatch { (batch) throws(QueryError) in
            try ClassificationPass.run(plans, batch, count, codes, words)
          }
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    var (taxonomy, tag) = (0, 0)
    var results: [Result] = []
    for plan in plans {
      switch plan {
      case .taxonomy:
        results.append(.codes(codes.part(taxonomy * count, count)))
        taxonomy += 1
      case .tag:
        let bits = words!.part(tag * wordCount, wordCount)
        results.append(.bitmap(Bitmap(count: count, words: bits)))
        tag += 1
      }
    }
    self.results = results
  }

  private static func run(
    _ plans: [Plan], _ batch: ConditionBatch, _ count: Int,
    _ codes: UnsafeMutableBufferPointer<UInt8>, _ words: UnsafeMutableBufferPointer<UInt64>
  ) throws(QueryError) {
    let rows = batch.rows
    let wordRange = rows.lowerBound / 64..<(rows.upperBound + 63) / 64
    var (taxonomy, tag) = (0, 0)
    for plan in plans {
      switch plan {
      case .tag(let rule):
        let start = tag * Bitmap.wordCount(of: count)
        let own = words[start + wordRange.lowerBound..<start + wordRange.upperBound]
        _ = UnsafeMutableBufferPointer(rebasing: own).update(
          fromContentsOf: try batch.words(rule))
        tag += 1
      case .taxonomy(let rules, let offset, let remainder):
        let start = taxonomy * count
        let own = UnsafeMutableBufferPointer(
          rebasing: codes[start + rows.lowerBound..<start + rows.upperBound])
        if let remainder {
          for (i, row) in rows.enumerated() { own[i] = offset &+ remainder.pointer[row] }
        } else {
          own.update(repeating: offset)
        }
        var open = [UInt64](repeating: .max, count: wordRange.count)
        if rows.count % 64 != 0 { open[open.count - 1] = (1 << UInt64(rows.count % 64)) - 1 }
        var code: UInt8 = 0
        for rule in rules {
          let matches = try batch.words(rule)
          open.withUnsafeMutableBufferPointer {
            takeRows(matches, open: $0, code: code, codes: own)
          }
          code += 1
        }
        taxonomy += 1
      }
    }
  }
}

extension AlignedBuffer {
  /// A copy of some elements; the buffer itself when these are all.
  fileprivate func part(_ start: Int, _ count: Int) -> AlignedBuffer {
    if start == 0 && count == self.count { return self }
    return AlignedBuffer(count: count) { out in
      _ = out.update(fromContentsOf: pointer[start..<start + count])
    }
  }
}
