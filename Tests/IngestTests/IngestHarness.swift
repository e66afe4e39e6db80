import Columns
import Ingest

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file with some bytes, deleted with this object.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8], suffix: String = ".csv") {
    var name = Array("/tmp/strata-ingest-test.XXXXXX".utf8CString)
    let number = mkstemp(&name)
    precondition(number >= 0)
    close(number)
    let base = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    unlink(base)
    path = base + suffix
    let file = fopen(path, "w")!
    _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
  }

  convenience init(_ text: String, suffix: String = ".csv") {
    self.init(Array(text.utf8), suffix: suffix)
  }

  deinit { unlink(path) }
}

/// A row of a batch, readable.
struct Row: Equatable, Comparable, CustomStringConvertible {
  var customer: [UInt8]
  var day: Int32
  var order: UInt64
  var amount: Int64
  var kept: [String] = []

  static func < (a: Row, b: Row) -> Bool {
    if a.customer != b.customer { return a.customer.lexicographicallyPrecedes(b.customer) }
    if a.day != b.day { return a.day < b.day }
    if a.order != b.order { return a.order < b.order }
    if a.amount != b.amount { return a.amount < b.amount }
    return a.kept.lexicographicallyPrecedes(b.kept)
  }

  var description: String {
    "\(String(decoding: customer, as: UTF8.self)) \(Day.text(day)) \(Money.text(amount))"
      + (kept.isEmpty ? "" : " \(kept)")
  }
}

/// Everything that an ingest gave.
struct Ingested {
  var rows: [Row] = []
  var rejects: [RejectedRow] = []
  var report = IngestReport()
  var table: TransactionTable
  var newCustomers: [String]

  /// `C1 2024-01-05 12.30`.
  var lines: [String] { rows.map(\.description) }
}

/// Ingests files with every reject allowed unless the options say otherwise.
func ingestAll(
  _ paths: [String], _ options: IngestOptions = allowing(), existing: ExistingCustomers? = nil
) throws -> Ingested {
  var rejects: [RejectedRow] = []
  let batch = try ingest(paths, options: options, existing: existing) { row throws(IngestError) in
    rejects.append(row)
  }
  let table = try batch.table()
  var names: [UInt32: [UInt8]] = [:]
  for i in 0..<batch.newCustomers.count {
    names[UInt32(batch.firstNewCode + i)] = Array(batch.newCustomers.utf8(at: i))
  }
  if let existing {
    for i in 0..<existing.ids.count {
      names[existing.code(at: i)] = Array(existing.ids.utf8(at: i))
    }
  }
  var result = Ingested(table: table, newCustomers: batch.newCustomers.array)
  for k in 0..<table.customerCount {
    for row in Int(table.rowStarts[k])..<Int(table.rowStarts[k + 1]) {
      result.rows.append(
        Row(
          customer: names[table.customerCodes[k]]!, day: table.days[row],
          order: table.orders?[row] ?? 0, amount: table.amounts[row],
          kept: table.extras.map { keptText($0, row) }))
    }
  }
  result.rejects = rejects
  result.report = batch.report
  return result
}

func ingestText(_ text: String, _ options: IngestOptions = allowing()) throws -> Ingested {
  let file = TemporaryFile(text)
  return try withExtendedLifetime(file) { try ingestAll([file.path], options) }
}

/// Options that allow any number of rejects, changed as wanted.
func allowing(_ change: (inout IngestOptions) -> Void = { _ in }) -> IngestOptions {
  var options = IngestOptions()
  options.rejectLimit = .share(1)
  change(&options)
  return options
}

func keptText(_ column: Column, _ row: Int) -> String {
  if column.isNull(row) { return "" }
  switch column.values {
  case .string(let codes, let table): return table[codes[row]]
  case .int64(let values): return String(values[row])
  case .float64(let values): return String(values[row])
  case .day(let values): return Day.text(values[row])
  default: return "?"
  }
}
