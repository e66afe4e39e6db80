import ArgumentParser
import Changes
import Columns
import Configuration
import Export
import JSONText
import Pipeline
import Reports
import Storage

extension ExportVerb {
  /// Writes a snapshot, or what of it changed, in the bulk form of a customer system.
  func export(to system: CRMSystem, _ configuration: Configuration) throws {
    guard let stem = output.output, stem != "-" else {
      throw ValidationError("--for writes numbered parts: give -o the beginning of their names")
    }
    if output.columns != nil || output.format != nil {
      throw ValidationError("--for has its own form; --map chooses the columns")
    }
    let store = try Store.open(at: target.store)
    let entry = try store.snapshot(named: snapshot)
    let reader = try SnapshotReader(store, entry)
    let mapping = try crm.mapping(system, columns: reader.frame.names, configuration)
    var selection = try rows(of: reader.frame, inSegments: output.segmentNames(configuration))
    if let since = crm.changedSince {
      let names = mapping.fields.map(\.column)
      let changed = try ChangedRows.selection(
        before: .load(store, store.snapshot(named: since), columns: names),
        after: .load(store, entry, columns: names), columns: names)
      selection =
        selection.map { chosen in
          Bitmap(count: changed.count) { chosen[$0] && changed[$0] }
        } ?? changed
    }
    let export = try CRMExport(reader.frame, for: system, mapping: mapping, selection: selection)
    let parts = try export.write(to: stem, store: store.path)
    try report(parts, export.rowsWithoutID, entry)
  }

  private func report(
    _ parts: [CRMExport.Part], _ rowsWithoutID: Int, _ entry: SnapshotEntry
  ) throws {
    let records = parts.reduce(0) { $0 + $1.recordCount }
    let calls = parts.reduce(0) { $0 + $1.callCount }
    if common.json {
      let report: JSON = [
        "snapshot": .string(entry.name), "records": JSON(records), "calls": JSON(calls),
        "withoutId": JSON(rowsWithoutID),
        "parts": .array(
          parts.map { part in
            [
              "file": .string(part.path), "bytes": JSON(part.byteCount),
              "records": JSON(part.recordCount), "calls": JSON(part.callCount),
            ]
          }),
      ]
      return try printText(report.compactText + "\n")
    }
    for part in parts {
      try printText(
        "\(part.path): \(groupedText(part.recordCount)) records, \(byteCountText(part.byteCount))\n"
      )
    }
    try printText(
      "\(groupedText(records)) records in \(groupedText(calls)) \(calls == 1 ? "call" : "calls")"
        + (rowsWithoutID > 0 ? ", \(groupedText(rowsWithoutID)) left out without an id\n" : "\n"))
  }
}
