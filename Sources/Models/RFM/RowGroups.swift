package import Columns
import Kernels

/// Rows sorted by group: group g has the rows `rows[starts[g]..<starts[g + 1]]`, in rising order.
///
/// With one group that has every row there is no list: `rows` is nil and means 0, 1, 2, ….
package struct RowGroups: Sendable {
  package let rows: AlignedBuffer<UInt32>?
  /// One more than there are groups; the last is the number of rows in groups.
  package let starts: [Int]

  package var groupCount: Int { starts.count - 1 }
  package var rowCount: Int { starts[groupCount] }

  /// The places of group `group` in `rows`.
  package func range(of group: Int) -> Range<Int> { starts[group]..<starts[group + 1] }

  /// One group with all rows.
  package init(all rowCount: Int) {
    rows = nil
    starts = [0, rowCount]
  }

  /// Sorts rows by key, in parallel: keys are below `groupCount`, or `keyOfNoGroup` for rows to leave out.
  package init(keys: AlignedBuffer<UInt32>, groupCount: Int) {
    // Every chunk counts for itself and then knows its places; with very many groups the counts would need
    // more room than the rows, so there is only one chunk then.
    let isParallel = Parallel.chunkCount(of: keys.count) * groupCount <= max(1 << 20, keys.count)
    let chunkCount = isParallel ? Parallel.chunkCount(of: keys.count) : 1
    func rows(ofChunk chunk: Int) -> Range<Int> {
      isParallel ? Parallel.rows(ofChunk: chunk, of: keys.count) : 0..<keys.count
    }
    let cursors = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: chunkCount * groupCount)
    defer { cursors.deallocate() }
    cursors.initialize(repeating: 0)
    func places(ofChunk chunk: Int) -> UnsafeMutableBufferPointer<UInt32> {
      UnsafeMutableBufferPointer(rebasing: cursors[chunk * groupCount..<(chunk + 1) * groupCount])
    }
    Parallel.perform(chunkCount) { chunk in
      let part = UnsafeBufferPointer(rebasing: keys.pointer[rows(ofChunk: chunk)])
      countKeys(part, into: places(ofChunk: chunk))
    }
    var starts = [0]
    starts.reserveCapacity(groupCount + 1)
    var place = 0
    for group in 0..<groupCount {
      for chunk in 0..<chunkCount {
        let count = Int(cursors[chunk * groupCount + group])
        cursors[chunk * groupCount + group] = UInt32(place)
        place += count
      }
      starts.append(place)
    }
    self.starts = starts
    self.rows = AlignedBuffer<UInt32>(count: place) { output in
      Parallel.perform(chunkCount) { chunk in
        let range = rows(ofChunk: chunk)
        scatterRows(
          UnsafeBufferPointer(rebasing: keys.pointer[range]), firstRow: range.lowerBound,
          cursors: places(ofChunk: chunk), into: output)
      }
    }
  }

  /// The values of the rows, in group order; the buffer itself when there is no list.
  package func gather(_ values: AlignedBuffer<Int32>) -> AlignedBuffer<Int32> {
    guard let rows else { return values }
    return AlignedBuffer<Int32>(count: rows.count) { output in
      Parallel.forEachChunk(of: rows.count) { _, range in
        gatherRows(
          values.pointer, rows: UnsafeBufferPointer(rebasing: rows.pointer[range]),
          into: UnsafeMutableBufferPointer(rebasing: output[range]))
      }
    }
  }

  /// The values of the rows, in group order; the buffer itself when there is no list.
  package func gather(_ values: AlignedBuffer<Int64>) -> AlignedBuffer<Int64> {
    guard let rows else { return values }
    return AlignedBuffer<Int64>(count: rows.count) { output in
      Parallel.forEachChunk(of: rows.count) { _, range in
        gatherRows(
          values.pointer, rows: UnsafeBufferPointer(rebasing: rows.pointer[range]),
          into: UnsafeMutableBufferPointer(rebasing: output[range]))
      }
    }
  }
}
