import Columns
import Kernels

/// Sorts one partition's rows into a table's columns.
struct PartitionRows {
  let partition: Partition
  let spill: SpillFile?
  let extras: [KeptColumn]

  init(_ partition: Partition, spill: SpillFile?, extras: [KeptColumn]) {
    self.partition = partition
    self.spill = spill
    self.extras = extras
  }

  /// Fills the rows from `place` on; `starts` become the places of each customer's first row, counted from there,
  /// and the number of rows.
  func fill(
    _ columns: RowColumns, at place: Int, starts: UnsafeMutablePointer<UInt32>,
    _ scratch: RowScratch
  ) throws(IngestError) {
    let spilled = try SpilledRows(partition.extents, spill)
    let segments = spilled.segments + partition.segments + partition.directSegments
    withExtendedLifetime(spilled) {
      if case .packed(let scale) = partition.layout.kind, partition.misfits.isEmpty {
        fillPacked(segments, scale, starts, columns, place, scratch)
      } else {
        fillWide(segments, starts, columns, place, scratch)
      }
    }
  }

  private func fillPacked(
    _ segments: [RowSegment], _ scale: Int64, _ starts: UnsafeMutablePointer<UInt32>,
    _ columns: RowColumns, _ firstRow: Int, _ scratch: RowScratch
  ) {
    let customers = partition.customers!
    let rowCounts = customers.rowCounts!
    let places = scratch.places(partition.codeCount)
    var sum: UInt32 = 0
    for k in 0..<customers.count {
      starts[k] = sum
      places[Int(customers.codes[k])] = sum
      sum += rowCounts[k]
    }
    starts[customers.count] = sum
    // Sorted in memory that is warm: written to at random, the table's own would be touched page by page.
    if let orders = columns.orders {
      // SAFETY: an order row is two words.
      let rows = UnsafeMutableRawPointer(scratch.rows(2 * partition.rowCount)).bindMemory(
        to: OrderRow.self, capacity: partition.rowCount)
      for segment in segments { scatterOrderRows(segment, places: places, sorted: rows) }
      unpackOrderRows(
        rows, starts: starts, customerCount: customers.count, scale: scale,
        days: columns.days + firstRow, amounts: columns.amounts + firstRow,
        orders: orders + firstRow)
      return
    }
    let rows = scratch.rows(partition.rowCount)
    for segment in segments { scatterPackedRows(segment, places: places, sorted: rows) }
    unpackRows(
      rows, starts: starts, customerCount: customers.count, scale: scale,
      days: columns.days + firstRow, amounts: columns.amounts + firstRow)
  }

  private func fillWide(
    _ segments: [RowSegment], _ starts: UnsafeMutablePointer<UInt32>, _ columns: RowColumns,
    _ firstRow: Int, _ scratch: RowScratch
  ) {
    let customers = partition.customers!
    let rank = scratch.places(partition.codeCount)
    for k in 0..<customers.count { rank[Int(customers.codes[k])] = UInt32(k) }
    let places = scratch.customers(customers.count).codes
    let layout = partition.layout
    let wordCount = layout.fixedWordCount
    let rowCount = partition.rowCount
    let rows = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, rowCount * wordCount))
    let sorted = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, rowCount * wordCount))
    defer {
      rows.deallocate()
      sorted.deallocate()
    }
    var next = rows
    for segment in segments {
      if case .packed(let scale) = layout.kind {
        if layout.hasOrder {
          widenOrderRows(segment, scale: scale, wide: next)
        } else {
          widenPackedRows(segment, scale: scale, wide: next)
        }
        next += segment.wordCount / layout.rowWordCount * wordCount
      } else {
        next.update(from: segment.words, count: segment.wordCount)
        next += segment.wordCount
      }
    }
    partition.misfits.withUnsafeBufferPointer { misfits in
      if let base = misfits.baseAddress { next.update(from: base, count: misfits.count) }
    }
    let hasOrder = layout.hasOrder
    let firstExtra = hasOrder ? 3 : 2
    translateExtras(rows, rowCount, wordCount, firstExtra)
    sortWideRows(
      rows, rowCount: rowCount, wordCount: wordCount, rank: rank,
      customerCount: customers.count, starts: starts, places: places, sorted: sorted)
    for i in 0..<rowCount {
      let row = sorted + i * wordCount
      columns.days[firstRow + i] = WideRow.day(row[0])
      if hasOrder { columns.orders![firstRow + i] = row[1] }
      columns.amounts[firstRow + i] = WideRow.amount(row[hasOrder ? 2 : 1])
      for (index, codes) in columns.extraCodes.enumerated() {
        codes[firstRow + i] = UInt32(
          truncatingIfNeeded: row[firstExtra + index / 2] >> (index % 2 == 0 ? 32 : 0))
      }
    }
  }

  /// Puts the kept values' final codes in the place of those given while scanning.
  private func translateExtras(
    _ rows: UnsafeMutablePointer<UInt64>, _ rowCount: Int, _ wordCount: Int, _ firstExtra: Int
  ) {
    for (index, extra) in extras.enumerated() {
      let shift: UInt64 = index % 2 == 0 ? 32 : 0
      let mask = UInt64(0xFFFF_FFFF) << shift
      for i in 0..<rowCount {
        let place = i * wordCount + firstExtra + index / 2
        let code = Int(UInt32(truncatingIfNeeded: rows[place] >> shift))
        rows[place] = rows[place] & ~mask | UInt64(extra.finalCodes[code]) << shift
      }
    }
  }
}

/// A partition's rows read back from the spill file.
final class SpilledRows {
  let segments: [RowSegment]
  private let memory: UnsafeMutablePointer<UInt64>

  init(_ extents: [SpillExtent], _ spill: SpillFile?) throws(IngestError) {
    let wordCount = extents.reduce(0) { $0 + $1.wordCount }
    memory = .allocate(capacity: max(1, wordCount))
    segments = wordCount == 0 ? [] : [RowSegment(words: memory, wordCount: wordCount)]
    guard let spill else { return }
    var next = memory
    for extent in extents {
      try spill.read(extent, into: next)
      next += extent.wordCount
    }
  }

  deinit { memory.deallocate() }
}
