import Columns
package import Ingest
import JSONText
import Storage

extension Job {
  /// Reads attributes of customers, which `publish` will put in force: what they change of what is known.
  package mutating func ingestAttributes(
    _ request: AttributeRequest
  ) throws -> AttributeReport {
    let history = try loadedAttributes()
    let known = clock.measure("merge attributes") {
      CustomerAttributes(history, customerCount: order.count)
    }
    let storePath = store.path
    let rejects = try request.rejectsPath.map {
      try RejectsFile($0, inputs: request.paths, store: storePath)
    }
    let existing = order.count == 0 ? nil : order.existing
    var batch = try clock.measure("read customers") {
      try Ingest.ingestAttributes(
        request.paths, options: request.options, existing: existing, schema: known.schema
      ) { row throws(IngestError) in
        try rejects?.append(row)
      }
    }
    try rejects?.finish()
    if !request.isAgain { try refuseKnownAttributes(batch.report) }
    if batch.codes.count == 0 { return batch.report }
    try AttributeLimits.check(batch, history)
    let changes = clock.measure("compare") { AttributeChanges(batch, known: known) }
    for (column, count) in changes.counts.enumerated() {
      batch.report.columns[column].changes = count
    }
    let firstNewCode = order.count
    order = order.adding(batch.newCustomers)
    if batch.newCustomers.count > 0 { newProspects.append(firstNewCode..<order.count) }
    let schema = batch.columns.map { AttributeSchema(name: $0.name, type: $0.type) }
    publication.customers.append(
      CustomersDraft(
        newIDs: batch.newCustomers,
        attributes: changes.frame.codes.count > 0 ? changes.frame : nil,
        provenance: Job.provenance(batch.report, schema)))
    if changes.frame.codes.count > 0 {
      attributes?.append(AttributeHistory.Generation(changes: changes.frame, schema: schema))
    }
    return batch.report
  }

  /// The attributes of the store and of what is about to be published.
  mutating func loadedAttributes() throws -> AttributeHistory {
    if let attributes { return attributes }
    let store = writer.store
    let hasAny = store.manifest.customers.contains { $0.attributeRowCount > 0 }
    let loaded =
      hasAny
      ? try clock.measure("load attributes") { try AttributeHistory(store) }
      : try AttributeHistory(store)
    attributes = loaded
    return loaded
  }

  /// Codes of customers who were first known by their attributes.
  func prospectCodes() -> [Range<Int>] {
    writer.store.manifest.customers
      .filter { $0.attributeRowCount > 0 && $0.customerCount > 0 }
      .map { $0.firstCode..<$0.firstCode + $0.customerCount } + newProspects
  }

  private static func provenance(
    _ report: AttributeReport, _ schema: [AttributeSchema]
  ) -> JSON {
    [
      "kind": "attributes",
      "sources": .array(
        report.files.map { file in
          [
            "name": .string(file.path), "bytes": JSON(file.byteCount),
            "hash": .string(Checksum.text(file.contentHash)),
          ]
        }),
      "columns": .array(
        schema.map { ["name": .string($0.name), "type": .string($0.type.rawValue)] }),
      "ingest": report.json,
    ]
  }

  /// Refuses content that is known, as attributes: a log of orders may give attributes too.
  private func refuseKnownAttributes(_ report: AttributeReport) throws {
    var known: [String: String] = [:]
    // Generations that came with orders have customers and no attributes.
    for entry in writer.store.manifest.customers
    where entry.attributeRowCount > 0 || entry.customerCount == 0 {
      let provenance = try writer.store.customersProvenance(entry)
      for source in provenance["sources"]?.arrayValue ?? [] {
        if let hash = source["hash"]?.stringValue { known[hash] = entry.name }
      }
    }
    for (index, file) in report.files.enumerated() {
      if let name = known[Checksum.text(file.contentHash)] {
        throw PipelineError.attributesAlreadyIngested(file: file.path, generation: name)
      }
      let same = report.files[..<index].first { $0.contentHash == file.contentHash }
      if let same {
        throw PipelineError.sameFileTwice(file: file.path, other: same.path)
      }
    }
  }
}

/// What strings a store can hold of one attribute: their table is read and merged as one.
enum AttributeLimits {
  static func check(_ batch: AttributeBatch, _ history: AttributeHistory) throws(IngestError) {
    for attribute in batch.columns {
      let columns =
        [attribute.column] + history.generations.compactMap { $0.changes.frame[attribute.name] }
      let byteCount = columns.reduce(0) { sum, column in
        if case .string(_, let table) = column.values { sum + table.bytes.count } else { sum }
      }
      guard byteCount > Int(UInt32.max) else { continue }
      throw IngestError(
        .badData, "too much text in one attribute", column: attribute.name,
        found: "\(byteCount) bytes, with what the store has", expected: "at most 4 GiB",
        advice: "Leave this column out: choose others with --keep")
    }
  }
}
