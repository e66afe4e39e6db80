import Changes
import Columns
package import JSONText
package import Storage

/// The path of one customer over all snapshots of a store.
///
///     let history = try CustomerHistory(store, customer: "C00000261")
///     history.steps.map { $0["segment"] }      // New, Promising, At Risk …
package struct CustomerHistory: Sendable {
  /// What one snapshot says of the customer.
  package struct Step: Sendable, Equatable {
    package let snapshot: String
    package let asOf: Int32
    /// The customer's visible columns, in the snapshot's order; nulls are null.
    package let values: [JSON.Member]

    package subscript(name: String) -> JSON? { values.first { $0.name == name }?.value }
  }

  package let customer: String
  /// By date; snapshots that have not the customer are left out.
  package let steps: [Step]

  /// Reads of each snapshot only the block of rows that the customer is in.
  package init(_ store: Store, customer: String) throws {
    guard let code = try store.customerCode(of: customer) else {
      throw PipelineError.unknownCustomer(id: customer, store: store.path)
    }
    var steps: [Step] = []
    for entry in store.manifest.snapshots {
      if let step = try CustomerHistory.step(store, entry, code) { steps.append(step) }
    }
    self.customer = customer
    self.steps = steps
  }

  private static func step(
    _ store: Store, _ entry: SnapshotEntry, _ code: UInt32
  ) throws(StorageError) -> Step? {
    let codes = try store.snapshotReaders(entry, columns: [SummaryState.codeColumn])[0]
    guard let (block, row) = try find(code, codes) else { return nil }
    let names = try store.snapshotSchema(entry).filter { !$0.isHidden }.map(\.name)
    var stored = Frame(rowCount: 1)
    let only = AlignedBuffer([UInt32(row)])
    for (name, reader) in zip(names, try store.snapshotReaders(entry, columns: names)) {
      stored.append(try reader.read(block: block, named: name).picked(only))
    }
    let record = try store.snapshotRecord(entry)
    var tags: [(name: String, bitmap: Bitmap)] = []
    let tagNames = SnapshotReader.tagNames(record)
    let tagReaders = try store.snapshotReaders(
      entry, columns: tagNames.map(SnapshotColumns.tagColumnName))
    for (name, reader) in zip(tagNames, tagReaders) {
      let column = try reader.read(block: block, named: name).picked(only)
      if case .bool(let bitmap) = column.values { tags.append((name, bitmap)) }
    }
    guard let bins = SnapshotReader.bins(record), SnapshotReader.scoresFit(stored, bins) else {
      throw StorageError(
        .damaged, path: store.path + "/snapshots/" + entry.name,
        found: "scores that do not fit the record", expected: "those of this snapshot",
        advice: "make the snapshot again with `strata score --as-of \(Day.text(entry.asOf))`")
    }
    // Columns that are made of others stand where a frame of the whole snapshot has them.
    let frame = SnapshotColumns.frame(
      ids: StringTable([""]), stored: stored, asOf: entry.asOf, bins: bins, tags: tags,
      after: SnapshotReader.lastSegmentColumn(record))
    let values = frame.columns.dropFirst().map { JSON.Member($0.name, $0.json(0)) }
    return Step(snapshot: entry.name, asOf: entry.asOf, values: values)
  }

  /// The block that holds the customer's row, and the row in it. Only blocks whose bounds take the code in are read.
  private static func find(
    _ code: UInt32, _ reader: ColumnFileReader
  ) throws(StorageError) -> (block: Int, row: Int)? {
    for (block, zone) in reader.zones.enumerated() {
      if let bounds = zone.integerBounds, !bounds.contains(Int64(code)) { continue }
      let column = try reader.read(block: block, named: SummaryState.codeColumn)
      guard case .uint32(let codes) = column.values else {
        throw StorageError(
          .damaged, path: reader.path, found: column.type.name, expected: "uint32",
          advice: "make the snapshot again")
      }
      if let row = codes.pointer.firstIndex(of: code) { return (block, row) }
    }
    return nil
  }
}

extension Column {
  /// The value of a row as JSON: money as a number of the currency, days as text.
  package func json(_ row: Int) -> JSON {
    if isNull(row) { return .null }
    switch values {
    case .int8(let values): return JSON(Int(values[row]))
    case .int16(let values): return JSON(Int(values[row]))
    case .int32(let values): return JSON(Int(values[row]))
    case .int64(let values): return .integer(values[row])
    case .uint8(let values): return JSON(Int(values[row]))
    case .uint16(let values): return JSON(Int(values[row]))
    case .uint32(let values): return JSON(Int(values[row]))
    case .float32(let values): return .number(Double(values[row].description) ?? .nan)
    case .float64(let values): return .number(values[row])
    case .bool(let bits): return .bool(bits[row])
    case .string(let codes, let table): return .string(table[codes[row]])
    case .day(let days): return .string(Day.text(days[row]))
    case .money(let amounts): return .number(Money.double(amounts[row]))
    case .text(let table): return .string(table[row])
    }
  }
}
