package import Columns
import Kernels

/// What an ingest of attributes gives: of each customer in the files, in id order, what the files say.
package struct AttributeBatch: Sendable {
  package var report: AttributeReport
  /// Ids of the customers that the store did not have, in the order of their codes, which is that of their ids.
  package let newCustomers: StringTable
  /// The customers' codes, in id order.
  package let codes: AlignedBuffer<UInt32>
  /// In the order of the files' columns; those without any value only where their type was asked for.
  package let columns: [AttributeColumn]
}

/// Reads attributes of customers: CSV files with one row a customer, or several, of which the last that has a value
/// counts, column by column.
///
/// - Parameters:
///   - paths: files, read one after the other; `-` is standard input. `.lz4` frames are recognised.
///   - existing: customers that keep their codes.
///   - schema: attributes that the store has: their names' spelling and their types stay.
///   - onReject: called for each rejected row, in file order; what it throws ends the ingest.
/// - Throws: when a file cannot be read or understood, a column does not fit the store's, or more rows are
///   rejected than the options allow.
///
/// The text is held in memory until it is typed. The result does not depend on the number of threads.
package func ingestAttributes(
  _ paths: [String], options: AttributeOptions, existing: ExistingCustomers? = nil,
  schema: [AttributeSchema] = [], onReject: ((RejectedRow) throws(IngestError) -> Void)? = nil
) throws(IngestError) -> AttributeBatch {
  let run = try AttributeRun(paths, options: options, schema: schema, onReject: onReject)
  let readings = try run.readings()
  let customers = try CustomerRows(run.chunks, existing: existing)
  let rows = ChunkRows(run.chunks)
  var report = run.report
  report.customers = customers.count
  report.newCustomers = customers.newCustomers.count
  let starts = customers.starts.pointer
  report.repeatedCustomers = (0..<customers.count).count { starts[$0 + 1] - starts[$0] > 1 }
  var columns: [AttributeColumn] = []
  for (column, reading) in readings.enumerated() {
    let name = run.columns.names[column]
    guard let reading else {
      report.notes.append("'\(name)' has no value and is left out")
      continue
    }
    if let note = reading.note { report.notes.append("'\(name)' \(note)") }
    columns.append(
      try AttributeColumn(
        rows, customers, column: column, name: name, reading: reading,
        rejects: run.rejectCounts[column], options: options))
    for chunk in run.chunks { chunk.releaseCells(of: column) }
  }
  report.columns = columns.map(\.quality)
  return AttributeBatch(
    report: report, newCustomers: customers.newCustomers, codes: customers.codes,
    columns: columns)
}
