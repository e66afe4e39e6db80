import Columns
import Kernels

/// Of each customer the row whose cell counts for a column: the last that says something.
struct CustomerPick {
  /// By customer; `none` where no row has a value.
  let rows: AlignedBuffer<UInt32>
  /// 1 = the customer has a value.
  let valid: Bitmap
  /// 1 = the customer's last cell is empty and that clears; nil where empty cells say nothing.
  let cleared: Bitmap?
  /// Customers whose rows have different values.
  let conflicts: Int

  static let none = UInt32.max

  /// - Parameter differ: whether two rows that have values have different ones.
  init(
    _ customers: CustomerRows, presence: AlignedBuffer<CellPresence>, emptyCells: EmptyCells,
    differ: @Sendable (_ a: Int, _ b: Int) -> Bool
  ) {
    let count = customers.count
    let clears = emptyCells == .clear
    let chunkCount = Parallel.chunkCount(of: count)
    let wordCount = Bitmap.wordCount(of: count)
    let conflictCounts = UnsafeMutableBufferPointer<Int>.allocate(capacity: chunkCount)
    conflictCounts.initialize(repeating: 0)
    defer { conflictCounts.deallocate() }
    let validWords = AlignedBuffer<UInt64>(repeating: 0, count: wordCount)
    let clearedWords = AlignedBuffer<UInt64>(repeating: 0, count: clears ? wordCount : 0)
    rows = AlignedBuffer(count: count) { out in
      // SAFETY: each task writes the elements of its own customers, who fill whole words, and its own count.
      nonisolated(unsafe) let out = out
      nonisolated(unsafe) let conflictCounts = conflictCounts
      nonisolated(unsafe) let valid = UnsafeMutablePointer(
        mutating: validWords.pointer.baseAddress!)
      nonisolated(unsafe) let cleared = UnsafeMutablePointer(
        mutating: clearedWords.pointer.baseAddress!)
      Parallel.forEachChunk(of: count) { chunk, range in
        let starts = customers.starts.pointer
        let order = customers.rows.pointer
        let presence = presence.pointer
        for i in range {
          out[i] = CustomerPick.none
          var conflicts = false
          var isDone = false
          for k in stride(from: Int(starts[i + 1]) - 1, through: Int(starts[i]), by: -1) {
            let row = Int(order[k])
            switch presence[row] {
            case .none: continue
            case .empty:
              if clears && !isDone {
                cleared[i >> 6] |= 1 << UInt64(i & 63)
                isDone = true
              }
            case .value:
              if !isDone {
                out[i] = UInt32(truncatingIfNeeded: row)
                valid[i >> 6] |= 1 << UInt64(i & 63)
                isDone = true
              } else if out[i] != CustomerPick.none, differ(row, Int(out[i])) {
                conflicts = true
              }
            }
          }
          if conflicts { conflictCounts[chunk] += 1 }
        }
      }
    }
    valid = Bitmap(count: count, words: validWords)
    cleared = clears ? Bitmap(count: count, words: clearedWords) : nil
    conflicts = conflictCounts.reduce(0, +)
  }

  /// The values of the rows picked; `empty` where there is none.
  func gather<Value: BitwiseCopyable>(
    _ values: AlignedBuffer<Value>, empty: Value
  ) -> AlignedBuffer<Value> {
    AlignedBuffer(count: rows.count) { out in
      // SAFETY: each task writes the elements of its own customers.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: rows.count) { _, range in
        let values = values.pointer
        let rows = rows.pointer
        for i in range {
          out[i] = rows[i] == CustomerPick.none ? empty : values[Int(rows[i])]
        }
      }
    }
  }
}
