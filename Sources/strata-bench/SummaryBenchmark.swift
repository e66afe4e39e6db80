import Aggregation
import Columns
import Ingest
import JSONText
import Kernels

/// From a CSV to (x, t_x, T, m̄) of every customer, timed: `summary --csv FILE [--repeats N] [--output PREFIX]`.
///
/// The output is PREFIX.ids (a line a customer), PREFIX.x, .tx and .t (Int32) and .m (Double).
struct SummaryBenchmark {
  let arguments: BenchmarkArguments

  func run() throws -> JSON {
    let path = try arguments.string("--csv")
    var walls: [JSON] = []
    var processors: [JSON] = []
    var rowCount = 0
    var customerCount = 0
    for repeatIndex in 0..<max(1, try arguments.integer("--repeats", 1)) {
      let (start, startProcessor) = (seconds(), processorSeconds())
      let batch = try Ingest.ingest([path], options: IngestOptions())
      rowCount = batch.rowCount
      customerCount = batch.newCustomers.count
      guard rowCount > 0 else { throw BenchmarkError(description: "\(path) has no rows") }
      let table = try batch.table()
      let lastDay = table.days.pointer.max()!
      let summary = try CustomerSummary.aggregate(
        [table], customerCount: customerCount, asOf: lastDay)
      let columns = HistoryColumns(summary)
      walls.append(JSON(seconds() - start))
      processors.append(JSON(processorSeconds() - startProcessor))
      let prefix = arguments.string("--output", "")
      if repeatIndex == 0 && !prefix.isEmpty { try columns.write(prefix, batch.newCustomers) }
    }
    return .object([
      .init("rows", JSON(rowCount)), .init("customers", JSON(customerCount)),
      .init("seconds", .array(walls)), .init("processorSeconds", .array(processors)),
    ])
  }
}

/// (x, t_x, T, m̄) as columns.
struct HistoryColumns {
  let frequencies: AlignedBuffer<Int32>
  let recencies: AlignedBuffer<Int32>
  let ages: AlignedBuffer<Int32>
  let means: AlignedBuffer<Double>

  init(_ summary: CustomerSummary) {
    func column<Element: BitwiseCopyable>(
      _ value: (PurchaseHistory) -> Element, _ none: Element
    ) -> AlignedBuffer<Element> {
      AlignedBuffer(count: summary.count) { out in
        // SAFETY: each task writes the elements of its own rows.
        nonisolated(unsafe) let out = out
        nonisolated(unsafe) let value = value
        Parallel.forEachChunk(of: summary.count) { _, rows in
          for row in rows { out[row] = summary.purchaseHistory(of: row).map(value) ?? none }
        }
      }
    }
    frequencies = column({ Int32($0.repeatCount) }, 0)
    recencies = column({ Int32($0.lastRepeatAge) }, 0)
    ages = column({ Int32($0.age) }, 0)
    means = column(\.meanSpend, 0)
  }

  func write(_ prefix: String, _ ids: StringTable) throws {
    try RawFile(prefix + ".x", mode: "wb").write(frequencies.pointer)
    try RawFile(prefix + ".tx", mode: "wb").write(recencies.pointer)
    try RawFile(prefix + ".t", mode: "wb").write(ages.pointer)
    try RawFile(prefix + ".m", mode: "wb").write(means.pointer)
    let lines = try RawFile(prefix + ".ids", mode: "wb")
    for i in 0..<ids.count {
      try lines.write(ids.utf8(at: i))
      try lines.write([UInt8(ascii: "\n")])
    }
  }
}
