import Columns
import Kernels
import Synchronization

/// The rows of a batch by ranges of codes, in a temporary file: for stores whose codes are not in the order of ids.
///
/// Partitions are sorted one by one; the customers of each go to the buckets of their codes, whole:
///
///     word 0    code << 32 | number of rows
///     then      the rows: day, amount, order (where there are orders), a word for each kept column
struct CodeBuckets: SortedParts {
  let parts: [IngestPart]
  private let layout: RowLayout
  private let file: SpillFile
  /// By bucket, in the partitions' order.
  private let extents: [[SpillExtent]]

  /// What one partition gave to a bucket.
  private struct Piece {
    var bucket: Int
    var extent: SpillExtent
    var rowCount: Int
    var customerCount: Int
  }

  /// Ranges of codes that buckets are made of.
  private static let cellCount = 4096

  init(
    _ partitions: PartitionSet, _ filled: [Int], codes: [AlignedBuffer<UInt32>],
    extras: [KeptColumn], rowCount: Int, wantedRowCount: Int
  ) throws(IngestError) {
    let file = try SpillFile(directory: partitions.temporaryDirectory)
    self.file = file
    layout = partitions.layout
    let cells = CodeCells(
      codes, wantedCount: min(CodeBuckets.cellCount, rowCount / max(1, wantedRowCount) + 1))
    let layout = layout
    let all = Mutex<[[Piece]]>(Array(repeating: [], count: filled.count))
    let failure = Mutex<IngestError?>(nil)
    // SAFETY: each task of the loop touches its own partition, each worker its own scratch.
    nonisolated(unsafe) let set = partitions
    Parallel.perform(filled.count) { i in
      let partition = set.partitions[filled[i]]
      set.scratches.lend { scratch in
        do throws(IngestError) {
          let rows = RowColumns(rowCount: partition.rowCount, layout: layout)
          let starts = scratch.starts(partition.customerCount)
          try PartitionRows(partition, spill: set.spill, extras: extras).fill(
            rows, at: 0, starts: starts, scratch)
          partition.dropRows()
          let pieces = try CodeBuckets.write(
            rows, starts, codes[filled[i]], cells, to: file, layout, scratch)
          all.withLock { $0[i] = pieces }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    var extents = [[SpillExtent]](repeating: [], count: cells.bucketCount)
    var counts = [(rows: Int, customers: Int)](repeating: (0, 0), count: cells.bucketCount)
    for piece in all.withLock({ $0 }).joined() {
      extents[piece.bucket].append(piece.extent)
      counts[piece.bucket].rows += piece.rowCount
      counts[piece.bucket].customers += piece.customerCount
    }
    var parts: [IngestPart] = []
    var (row, customer) = (0, 0)
    for count in counts where count.rows > 0 {
      parts.append(
        IngestPart(
          rows: row..<row + count.rows, customers: customer..<customer + count.customers))
      row += count.rows
      customer += count.customers
    }
    self.parts = parts
    self.extents = extents.filter { !$0.isEmpty }
  }

  /// Words of a row.
  private static func rowWordCount(_ layout: RowLayout) -> Int {
    2 + (layout.hasOrder ? 1 : 0) + layout.keptCount
  }

  /// Writes one partition's customers to the buckets of their codes.
  private static func write(
    _ rows: RowColumns, _ starts: UnsafePointer<UInt32>, _ codes: AlignedBuffer<UInt32>,
    _ cells: CodeCells, to file: SpillFile, _ layout: RowLayout, _ scratch: RowScratch
  ) throws(IngestError) -> [Piece] {
    var customers = [[Int]](repeating: [], count: cells.bucketCount)
    for k in 0..<codes.count { customers[cells.bucket(of: codes[k])].append(k) }
    var pieces: [Piece] = []
    for (bucket, own) in customers.enumerated() where !own.isEmpty {
      let rowCount = own.reduce(0) { $0 + Int(starts[$1 + 1] - starts[$1]) }
      let wordCount = own.count + rowCount * rowWordCount(layout)
      let words = scratch.rows(wordCount)
      var next = words
      for k in own {
        let run = Int(starts[k])..<Int(starts[k + 1])
        next[0] = UInt64(codes[k]) << 32 | UInt64(run.count)
        next += 1
        for row in run {
          next[0] = UInt64(UInt32(bitPattern: rows.days[row]))
          next[1] = UInt64(bitPattern: rows.amounts[row])
          next += 2
          if let orders = rows.orders {
            next[0] = orders[row]
            next += 1
          }
          for extra in rows.extraCodes {
            next[0] = UInt64(extra[row])
            next += 1
          }
        }
      }
      let extent = try file.append(RowSegment(words: words, wordCount: wordCount))
      pieces.append(
        Piece(bucket: bucket, extent: extent, rowCount: rowCount, customerCount: own.count))
    }
    return pieces
  }

  func fill(
    _ part: Int, _ columns: RowColumns, at place: Int, starts: UnsafeMutablePointer<UInt32>,
    codes: UnsafeMutablePointer<UInt32>, _ scratch: RowScratch
  ) throws(IngestError) {
    let words = scratch.rows(extents[part].reduce(0) { $0 + $1.wordCount })
    var end = words
    for extent in extents[part] {
      try file.read(extent, into: end)
      end += extent.wordCount
    }
    let rowWordCount = CodeBuckets.rowWordCount(layout)
    var customers: [(code: UInt32, word: Int)] = []
    customers.reserveCapacity(parts[part].customers.count)
    var word = 0
    while word < end - words {
      customers.append((UInt32(words[word] >> 32), word))
      word += 1 + Int(UInt32(truncatingIfNeeded: words[word])) * rowWordCount
    }
    // Codes are distinct, so that any sort gives the one order.
    customers.sort { $0.code < $1.code }
    var row = place
    for (k, customer) in customers.enumerated() {
      codes[k] = customer.code
      starts[k] = UInt32(row - place)
      var next = words + customer.word + 1
      for _ in 0..<UInt32(truncatingIfNeeded: words[customer.word]) {
        columns.days[row] = Int32(bitPattern: UInt32(truncatingIfNeeded: next[0]))
        columns.amounts[row] = Int64(bitPattern: next[1])
        next += 2
        if let orders = columns.orders {
          orders[row] = next[0]
          next += 1
        }
        for extra in columns.extraCodes {
          extra[row] = UInt32(truncatingIfNeeded: next[0])
          next += 1
        }
        row += 1
      }
    }
    starts[customers.count] = UInt32(row - place)
  }
}

/// Ranges of codes with about the same number of customers.
private struct CodeCells {
  private let shift: UInt32
  private let buckets: [UInt16]
  let bucketCount: Int

  init(_ codes: [AlignedBuffer<UInt32>], wantedCount: Int) {
    let most = codes.reduce(0) { most, codes in codes.pointer.reduce(most) { max($0, $1) } }
    var shift: UInt32 = 0
    while most >> shift >= 65_536 { shift += 1 }
    var counts = [Int](repeating: 0, count: Int(most >> shift) + 1)
    for codes in codes { for code in codes.pointer { counts[Int(code >> shift)] += 1 } }
    let total = counts.reduce(0, +)
    var buckets: [UInt16] = []
    var (below, bucket) = (0, 0)
    for count in counts {
      if below * wantedCount >= (bucket + 1) * total, bucket + 1 < wantedCount { bucket += 1 }
      buckets.append(UInt16(bucket))
      below += count
    }
    self.shift = shift
    self.buckets = buckets
    bucketCount = bucket + 1
  }

  func bucket(of code: UInt32) -> Int { Int(buckets[Int(code >> shift)]) }
}
