import Columns
import Kernels

/// The rows of all chunks as one range, and the chunks in blocks of about 65,536 rows for parallel work.
struct ChunkRows {
  let chunks: [AttributeChunk]
  /// First row of each chunk, then the number of rows.
  let firstRows: [Int]
  /// Chunks that one task takes.
  let blocks: [Range<Int>]

  static let blockRowCount = 65_536

  init(_ chunks: [AttributeChunk]) {
    self.chunks = chunks
    var firstRows = [0]
    var blocks: [Range<Int>] = []
    var start = 0
    for (i, chunk) in chunks.enumerated() {
      firstRows.append(firstRows[i] + chunk.rowCount)
      if firstRows[i + 1] - firstRows[start] >= ChunkRows.blockRowCount || i == chunks.count - 1 {
        blocks.append(start..<i + 1)
        start = i + 1
      }
    }
    self.firstRows = firstRows
    self.blocks = blocks
  }

  var count: Int { firstRows[chunks.count] }

  /// Writes a value for each row that has a cell of the column; nothing for others. Parallel over blocks.
  func convert<Value: BitwiseCopyable>(
    _ column: Int, into values: UnsafeMutableBufferPointer<Value>,
    _ read: @Sendable (UnsafeBufferPointer<UInt8>) -> Value
  ) {
    // SAFETY: each task writes the rows of its own chunks.
    nonisolated(unsafe) let values = values
    Parallel.perform(blocks.count) { block in
      for i in blocks[block] {
        guard let cells = chunks[i].cells(of: column) else { continue }
        for row in 0..<chunks[i].rowCount {
          let cell = cells[row]
          if !cell.isEmpty { values[firstRows[i] + row] = read(cell) }
        }
      }
    }
  }

  /// What each row says of a column.
  func presence(_ column: Int) -> AlignedBuffer<CellPresence> {
    AlignedBuffer(count: count) { out in
      // SAFETY: each task writes the rows of its own chunks.
      nonisolated(unsafe) let out = out
      Parallel.perform(blocks.count) { block in
        for i in blocks[block] {
          let first = firstRows[i]
          if let cells = chunks[i].cells(of: column) {
            for row in 0..<chunks[i].rowCount {
              out[first + row] = cells[row].isEmpty ? .empty : .value
            }
          } else {
            for row in 0..<chunks[i].rowCount { out[first + row] = .none }
          }
        }
      }
    }
  }
}

/// What a row says of a column.
enum CellPresence: UInt8, BitwiseCopyable {
  /// Its file has no such column.
  case none
  case empty
  case value
}
