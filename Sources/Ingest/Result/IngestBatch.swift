package import Columns
import Kernels
import Synchronization

/// What an ingest gives: the batch's rows in parts, its new customers, its report.
///
/// The parts, one after the other, are one table sorted by customer code, day, order and amount. They can be
/// made in any order and by several threads at once, each exactly once: what a part's rows took is then free.
///
///     let batch = try ingest(paths, options: options)
///     Parallel.perform(batch.parts.count) { i in
///       let rows = try batch.table(ofPart: i)     // store it, aggregate it
///     }
///     let all = try batch.table()                 // or everything at once; not after single parts
package final class IngestBatch: @unchecked Sendable {
  // SAFETY: immutable after init but for the partitions, and `taken` lets each be used by one thread only.
  package let report: IngestReport
  /// Ids of the customers that the store did not have, in the order of their codes: from `firstNewCode` on.
  package let newCustomers: StringTable
  package let firstNewCode: Int
  /// Σ |amount| of all rows, in units of 10⁻⁴.
  package let magnitude: Int64
  /// Rows and customers of each part.
  package let parts: [IngestPart]
  package var rowCount: Int { parts.last?.rows.upperBound ?? 0 }
  /// Customers that have rows in this batch.
  package var customerCount: Int { parts.last?.customers.upperBound ?? 0 }

  /// Whether rows have order ids, and the columns kept besides.
  package var hasOrders: Bool { partitions.layout.hasOrder }
  package var keptColumnCount: Int { extras.count }

  let partitions: PartitionSet
  let extras: [KeptColumn]
  /// The partitions that have rows.
  let filled: [Int]
  /// Each partition's codes in id order; nil where codes are in id order throughout, and parts are partitions.
  /// Otherwise there is one part.
  let codes: [AlignedBuffer<UInt32>]?
  private let taken: Mutex<[Bool]>

  init(_ run: IngestRun, existing: ExistingCustomers?) throws(IngestError) {
    partitions = run.partitions
    let all = run.partitions.partitions
    let known = existing.flatMap { $0.ids.count == 0 ? nil : $0 }
    let join = try CustomerJoin(run.partitions, existing: known)
    newCustomers = join.newCustomers
    firstNewCode = join.firstNewCode
    extras = run.kept.dictionaries.enumerated().map { index, dictionary in
      KeptColumn(name: run.options.keptColumns[index], dictionary: dictionary)
    }
    var report = run.report
    report.customers = join.customerCount
    report.newCustomers = join.newCustomers.count
    var totals = RowTotals()
    for partition in all { totals.merge(partition.totals) }
    if run.report.rowsAccepted > 0 {
      report.firstDay = totals.firstDay
      report.lastDay = totals.lastDay
    }
    self.report = report
    magnitude = try IngestBatch.checkedMagnitude(totals)

    filled = all.indices.filter { all[$0].rowCount > 0 }
    codes = join.codes
    var parts: [IngestPart] = []
    for p in filled {
      let (row, customer) = (parts.last?.rows.upperBound, parts.last?.customers.upperBound)
      parts.append(
        IngestPart(
          rows: (row ?? 0)..<(row ?? 0) + all[p].rowCount,
          customers: (customer ?? 0)..<(customer ?? 0) + all[p].customerCount))
    }
    if codes != nil, let last = parts.last {
      parts = [IngestPart(rows: 0..<last.rows.upperBound, customers: 0..<last.customers.upperBound)]
    }
    self.parts = parts
    taken = Mutex(Array(repeating: false, count: parts.count))
  }

  /// The rows of one part, as a table of their own; each part once.
  package func table(ofPart part: Int) throws(IngestError) -> TransactionTable {
    take(part..<part + 1)
    if codes != nil { return try builder.mergedTable(filled) }
    return try builder.table(of: [filled[part]], firstCode: parts[part].customers.lowerBound)
  }

  /// All rows.
  package func table() throws(IngestError) -> TransactionTable {
    take(parts.indices)
    if codes != nil { return try builder.mergedTable(filled) }
    return try builder.table(of: filled, firstCode: 0)
  }

  private var builder: TableBuilder {
    TableBuilder(partitions: partitions, codes: codes, extras: extras)
  }

  func take(_ range: Range<Int>) {
    taken.withLock { taken in
      for part in range {
        precondition(!taken[part], "a part is taken once")
        taken[part] = true
      }
    }
  }

  /// Sums of amounts must be exact: Σ |amount| has to fit Int64.
  private static func checkedMagnitude(_ totals: RowTotals) throws(IngestError) -> Int64 {
    let sum = UInt128(totals.magnitudeHigh) << 32 + UInt128(totals.magnitudeLow)
    if let sum = Int64(exactly: sum) { return sum }
    throw IngestError(
      .badData, "the amounts together are out of range",
      found: "a sum of magnitudes of \(sum / 10_000)", expected: "at most 922337203685477",
      advice: "Is the amount column the right one?")
  }
}

/// The place of a part in the whole: its rows and customers.
package struct IngestPart: Sendable, Equatable {
  package let rows: Range<Int>
  package let customers: Range<Int>
}
