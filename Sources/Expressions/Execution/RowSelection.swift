import Kernels

/// The rows that pass a filter, as words a chunk.
struct RowSelection {
  /// Words of each chunk of 65,536 rows; nil where no row passes or the chunk was not needed.
  private let chunks: [[UInt64]?]
  private let counts: [Int]
  let count: Int

  /// Runs the filter over all chunks; with `enough`, chunks are taken in order until so many rows are found.
  init(
    _ filter: Filter?, _ rowCount: Int, _ control: QueryControl, enough: Int = .max
  ) throws(QueryError) {
    let chunkCount = Parallel.chunkCount(of: rowCount)
    var chunks = [[UInt64]?](repeating: nil, count: chunkCount)
    var found = 0
    // In waves, so that LIMIT 10 reads no more than a few chunks; a full scan is one wave.
    let wave = enough == .max ? chunkCount : max(1, min(chunkCount, 8))
    var start = 0
    while start < chunkCount, found < enough {
      let end = min(start + wave, chunkCount)
      let first = FirstError()
      chunks.withUnsafeMutableBufferPointer { out in
        nonisolated(unsafe) let out = out
        Parallel.perform(end - start) { task in
          let chunk = start + task
          first.run(chunk) { () throws(QueryError) in
            try control.check()
            let rows = Parallel.rows(ofChunk: chunk, of: rowCount)
            out[chunk] = try RowSelection.words(filter, chunk, rows, control)
          }
        }
      }
      try first.rethrow()
      for chunk in start..<end { found += RowSelection.oneCount(chunks[chunk]) }
      start = end
    }
    self.chunks = chunks
    counts = chunks.map { RowSelection.oneCount($0) }
    count = found
  }

  private static func oneCount(_ words: [UInt64]?) -> Int {
    words?.withUnsafeBufferPointer { Compare.oneCount($0) } ?? 0
  }

  private static func words(
    _ filter: Filter?, _ chunk: Int, _ rows: Range<Int>, _ control: QueryControl
  ) throws(QueryError) -> [UInt64]? {
    var words = BitWords.ones(rows.count)
    guard let filter, !filter.isAlwaysTrue else { return words }
    var failure: QueryError?
    words.withUnsafeMutableBufferPointer { words in
      do throws(QueryError) {
        try filter.run(chunk: chunk, rows, into: words, control)
      } catch { failure = error }
    }
    if let failure { throw failure }
    return BitWords.isZero(words) ? nil : words
  }

  var chunkCount: Int { chunks.count }

  /// The words of one chunk.
  func words(_ chunk: Int) -> [UInt64]? { chunks[chunk] }

  /// The rows from the `offset`th that passes, at most `limit`, rising.
  func rows(
    _ offset: Int, _ limit: Int?, _ control: QueryControl
  ) throws(QueryError) -> [Int] {
    var rows: [Int] = []
    var skip = offset
    let wanted = limit ?? .max
    rows.reserveCapacity(min(wanted, max(0, count - offset)))
    for (chunk, words) in chunks.enumerated() {
      guard let words else { continue }
      try control.check()
      if skip >= counts[chunk] {
        skip -= counts[chunk]
        continue
      }
      for w in words.indices {
        var word = words[w]
        while word != 0 {
          if rows.count >= wanted { return rows }
          let row = chunk * Parallel.chunkRowCount + w * 64 + word.trailingZeroBitCount
          word &= word - 1
          if skip > 0 { skip -= 1 } else { rows.append(row) }
        }
      }
    }
    return rows
  }
}
