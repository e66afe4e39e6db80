package import Columns
import Kernels

/// Two snapshots customer by customer: who moved between segments, and why.
///
///     let comparison = try Comparison(before: monday, after: tuesday)
///     comparison.matrix.customers(from: 0, to: 7)      // 312 Champions are At Risk now
///     comparison.causes[0].text(comparison.causeNames) // "r customer", of the pair comparison.moved[0]
package struct Comparison: Sendable {
  package let before: SnapshotSide
  package let after: SnapshotSide
  /// The taxonomy as the later snapshot has it.
  package let taxonomy: TaxonomyShape
  package let pairs: CustomerPairs
  package let matrix: MigrationMatrix
  /// Numbers of the pairs that are not in one and the same segment, new and lost customers included: rising, so
  /// in the order of ids.
  package let moved: AlignedBuffer<UInt32>
  /// The segment of each row, as numbers into the matrix's.
  let beforeSegments: AlignedBuffer<UInt16>
  let afterSegments: AlignedBuffer<UInt16>
  /// Bits of the cause of each moved pair; 0 for new and lost customers.
  let causeBits: AlignedBuffer<UInt64>
  package let causeNames: Cause.Names

  /// Compares by the taxonomy of that name, or by the snapshots' first.
  ///
  /// Cost: one merge, one tally in parallel, and some passes over those that moved.
  package init(
    before: SnapshotSide, after: SnapshotSide, taxonomy name: String? = nil
  ) throws(ChangesError) {
    let earlier = try TaxonomyShape(before.record, named: name, snapshot: before.name)
    let later = try TaxonomyShape(after.record, named: name, snapshot: after.name)
    guard earlier.name == later.name else {
      throw .differentTaxonomies(before: earlier.name, after: later.name)
    }
    let codesBefore = try Comparison.segments(before, earlier)
    let codesAfter = try Comparison.segments(after, later)
    var names = later.segments.map(\.name)
    for name in codesAfter.names + codesBefore.names where !names.contains(name) {
      names.append(name)
    }
    guard names.count <= ChangesLimits.segmentCountMax else {
      throw .tooManySegments(names.count)
    }
    beforeSegments = Comparison.numbered(codesBefore, names)
    afterSegments = Comparison.numbered(codesAfter, names)
    pairs = try CustomerPairs(before, after)
    let tally = Tally(
      pairs,
      before: (beforeSegments, try before.money("monetary_total")),
      after: (afterSegments, try after.money("monetary_total")), width: names.count + 1)
    self.before = before
    self.after = after
    taxonomy = later
    matrix = MigrationMatrix(segments: names, counts: tally.counts, amounts: tally.amounts)
    moved = tally.moved
    let finder = try CauseFinder(
      before: before, after: after, earlier: earlier, later: later, segments: names)
    causeNames = finder.names
    causeBits = finder.find(
      moved: moved, pairs: pairs, beforeSegments: beforeSegments, afterSegments: afterSegments)
  }

  /// The cause of a moved pair, by its place in `moved`; nil for new and lost customers.
  package func cause(ofMove place: Int) -> Cause? {
    let pair = Int(moved[place])
    guard pairs.beforeRows[pair] != noRow, pairs.afterRows[pair] != noRow else { return nil }
    return Cause(bits: causeBits[place])
  }

  /// The segments of a pair, as numbers into the matrix's; `matrix.absent` where a side has not the customer.
  package func segments(ofPair pair: Int) -> (before: Int, after: Int) {
    let (i, j) = (pairs.beforeRows[pair], pairs.afterRows[pair])
    return (
      i == noRow ? matrix.absent : Int(beforeSegments[Int(i)]),
      j == noRow ? matrix.absent : Int(afterSegments[Int(j)])
    )
  }

  /// A side's segments as its own codes and their names; null is a segment named `(none)`.
  private static func segments(
    _ side: SnapshotSide, _ taxonomy: TaxonomyShape
  ) throws(ChangesError) -> (column: Column, names: [String]) {
    guard let column = side.frame[taxonomy.column], case .string(_, let table) = column.values
    else { throw side.missing(taxonomy.column) }
    return (column, table.array + (column.nullCount > 0 ? [noSegment] : []))
  }

  private static let noSegment = "(none)"

  private static func numbered(
    _ side: (column: Column, names: [String]), _ names: [String]
  ) -> AlignedBuffer<UInt16> {
    let numbers = side.names.map { UInt16(names.firstIndex(of: $0)!) }
    let count = side.column.rowCount
    guard case .string(let codes, _) = side.column.values else { preconditionFailure("checked") }
    return AlignedBuffer<UInt16>(count: count) { out in
      nonisolated(unsafe) let out = out  // SAFETY: every chunk writes its own rows.
      Parallel.forEachChunk(of: count) { _, rows in
        numbers.withUnsafeBufferPointer { numbers in
          if case .uint8(let bytes) = codes {
            let bytes = bytes.pointer
            for row in rows { out[row] = numbers[Int(bytes[row])] }
          } else {
            for row in rows { out[row] = numbers[codes[row]] }
          }
          guard let validity = side.column.validity else { return }
          for row in rows where !validity[row] { out[row] = numbers[numbers.count - 1] }
        }
      }
    }
  }
}

/// The matrix's cells and the moved pairs, counted in parallel.
private struct Tally {
  let counts: [Int64]
  let amounts: [Int128]
  let moved: AlignedBuffer<UInt32>

  typealias Side = (segments: AlignedBuffer<UInt16>, amounts: AlignedBuffer<Int64>)

  init(_ pairs: CustomerPairs, before: Side, after: Side, width: Int) {
    let cellCount = width * width
    let workerCount = max(1, Parallel.threadCount)
    let chunkCount = Parallel.chunkCount(of: pairs.count)
    var counts = [Int64](repeating: 0, count: cellCount * workerCount)
    var amounts = [Int128](repeating: 0, count: cellCount * workerCount)
    var movedCounts = [Int](repeating: 0, count: chunkCount)
    let sides = (
      MoveSide(segments: before.segments.pointer, amounts: before.amounts.pointer),
      MoveSide(segments: after.segments.pointer, amounts: after.amounts.pointer)
    )
    let listed = AlignedBuffer<UInt32>(count: pairs.count) { moved in
      counts.withUnsafeMutableBufferPointer { counts in
        amounts.withUnsafeMutableBufferPointer { amounts in
          movedCounts.withUnsafeMutableBufferPointer { movedCounts in
            // SAFETY: every worker adds to its own cells, every chunk writes its own pairs and count.
            nonisolated(unsafe) let (counts, amounts) = (counts, amounts)
            nonisolated(unsafe) let (moved, movedCounts) = (moved, movedCounts)
            Parallel.perform(chunkCount) { worker, chunk in
              let rows = Parallel.rows(ofChunk: chunk, of: pairs.count)
              let cells = worker * cellCount..<(worker + 1) * cellCount
              movedCounts[chunk] = tallyMoves(
                beforeRows: UnsafeBufferPointer(rebasing: pairs.beforeRows.pointer[rows]),
                afterRows: UnsafeBufferPointer(rebasing: pairs.afterRows.pointer[rows]),
                before: sides.0, after: sides.1, width: width, firstPair: rows.lowerBound,
                counts: UnsafeMutableBufferPointer(rebasing: counts[cells]),
                amounts: UnsafeMutableBufferPointer(rebasing: amounts[cells]),
                moved: UnsafeMutableBufferPointer(rebasing: moved[rows]))
            }
          }
        }
      }
    }
    withExtendedLifetime((before, after)) {}
    self.counts = (0..<cellCount).map { cell in
      (0..<workerCount).reduce(0) { $0 + counts[$1 * cellCount + cell] }
    }
    self.amounts = (0..<cellCount).map { cell in
      (0..<workerCount).reduce(0) { $0 + amounts[$1 * cellCount + cell] }
    }
    moved = AlignedBuffer<UInt32>(count: movedCounts.reduce(0, +)) { out in
      var next = 0
      for (chunk, count) in movedCounts.enumerated() {
        let first = chunk * Parallel.chunkRowCount
        for k in 0..<count { out[next + k] = listed.pointer[first + k] }
        next += count
      }
    }
  }
}
