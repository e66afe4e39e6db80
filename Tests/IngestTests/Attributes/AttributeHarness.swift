import Columns
@testable import Ingest

/// An ingest of attributes, readable.
struct IngestedAttributes {
  let batch: AttributeBatch
  let rejects: [RejectedRow]
  let ids: [String]

  var report: AttributeReport { batch.report }

  func quality(_ name: String) -> ColumnQuality? { report.columns.first { $0.name == name } }

  /// `an: 18, bo: –`: the values of an attribute by customer, in id order.
  func values(_ name: String) -> [String] {
    guard let column = batch.columns.first(where: { $0.name == name })?.column else { return [] }
    return ids.indices.map { ids[$0] + ": " + (column.isNull($0) ? "–" : text(column, $0)) }
  }

  /// `name type` of every attribute.
  var types: [String] { batch.columns.map { "\($0.name) \($0.type.rawValue)" } }
}

func ingestAttributes(
  texts: [String], existing: ExistingCustomers? = nil, schema: [AttributeSchema] = [],
  _ change: (inout AttributeOptions) -> Void = { _ in }
) throws -> IngestedAttributes {
  let files = texts.map { TemporaryFile($0) }
  return try withExtendedLifetime(files) {
    try ingestAttributes(
      paths: files.map(\.path), existing: existing, schema: schema, change)
  }
}

func ingestAttributes(
  paths: [String], existing: ExistingCustomers? = nil, schema: [AttributeSchema] = [],
  _ change: (inout AttributeOptions) -> Void = { _ in }
) throws -> IngestedAttributes {
  var options = AttributeOptions()
  options.rejectLimit = .share(1)
  change(&options)
  var rejects: [RejectedRow] = []
  let batch = try Ingest.ingestAttributes(
    paths, options: options, existing: existing, schema: schema
  ) { row throws(IngestError) in
    rejects.append(row)
  }
  var ids: [UInt32: String] = [:]
  if let existing {
    for i in 0..<existing.count {
      ids[existing.code(at: i)] = String(decoding: existing.utf8(at: i), as: UTF8.self)
    }
  }
  for i in 0..<batch.newCustomers.count {
    ids[UInt32((existing?.ids.count ?? 0) + i)] = batch.newCustomers[i]
  }
  return IngestedAttributes(
    batch: batch, rejects: rejects, ids: batch.codes.array.map { ids[$0] ?? "?" })
}

private func text(_ column: Column, _ row: Int) -> String {
  switch column.values {
  case .string(let codes, let table): table[codes[row]]
  case .int64(let values): String(values[row])
  case .float64(let values): String(values[row])
  case .day(let values): Day.text(values[row])
  case .bool(let bits): bits[row] ? "yes" : "no"
  default: "?"
  }
}
