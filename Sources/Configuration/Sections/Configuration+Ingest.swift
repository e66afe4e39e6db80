import Expressions
package import Ingest

extension Configuration {
  /// `ingest:`: how order logs are read.
  package struct Ingest: Sendable, Equatable {
    package var customer: String?
    package var date: String?
    package var amount: String?
    package var order: String?
    package var keep: [String]?
    package var delimiter: UInt8?
    package var dateFormat: DateFormat?
    package var decimal: UInt8?
    package var thousands: UInt8?
    package var returns: Returns?
    /// Only rows where all of these hold.
    package var filters: [ColumnFilter]?
    package var rejectLimit: RejectLimit?
    /// Where rejected rows are written.
    package var rejects: String?

    package init() {}
  }

  /// `customers:`: how files of attributes are read.
  package struct Customers: Sendable, Equatable {
    /// The column of the customers' ids.
    package var id: Located<String>?
    /// Types of attributes by column, in the file's order; those of others are inferred.
    package var types: [(column: Located<String>, type: AttributeType)] = []
    /// The columns to take; nil for all.
    package var keep: [String]?
    /// Names of attributes by the column that they come from, where it is another.
    package var renames: [String: String] = [:]
    package var emptyCells: EmptyCells?

    package init() {}

    package static func == (a: Customers, b: Customers) -> Bool {
      a.id == b.id && a.types.elementsEqual(b.types) { $0 == $1 } && a.keep == b.keep
        && a.renames == b.renames && a.emptyCells == b.emptyCells
    }
  }

  static func ingest(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> Ingest {
    var section = Ingest()
    guard var reader = MappingReader(node, "ingest", document) else { return section }
    section.customer = reader.text("customer", "a column's name")?.value
    section.date = reader.text("date", "a column's name")?.value
    section.amount = reader.text("amount", "a column's name")?.value
    section.order = reader.text("order", "a column's name")?.value
    section.keep = reader.texts("keep")?.map(\.value)
    section.delimiter =
      reader.value("delimiter", "one of ',' ';' tab '|'") { SettingText.delimiter($0) }?.value
    section.dateFormat =
      reader.value("date-format", "auto, a pattern such as DD/MM/YYYY, epoch-s or epoch-ms") {
        try? DateFormat($0)
      }?.value
    section.decimal = reader.value("decimal", "'.' or ','") { SettingText.sign($0) }?.value
    section.thousands =
      reader.value("thousands", "one of . , ' or a space") { SettingText.sign($0) }?.value
    section.returns = reader.choice("returns", [("net", .net), ("drop", .drop)])
    section.filters = reader.node("where").map { filters($0, document) }
    section.rejectLimit =
      reader.value("max-rejects", "a number of rows or a percentage, such as 100 or 0.5%") {
        try? RejectLimit($0)
      }?.value
    section.rejects = reader.text("rejects", "a file's path")?.value
    if let decimal = section.decimal, decimal == section.thousands {
      document.report("decimal and thousands are the same sign", at: reader.position)
    }
    reader.finish()
    return section
  }

  /// `where: {Status: Completed}`, or a list of `Status=Completed`.
  private static func filters(
    _ node: ConfigurationNode, _ document: ConfigurationDocument
  ) -> [ColumnFilter] {
    let expected = "where takes columns and values, such as {Status: Completed}"
    var filters: [ColumnFilter] = []
    if let entries = node.entries {
      for entry in entries {
        guard let value = entry.value.text else {
          document.report("\(expected), found \(entry.value.kind)", at: entry.value.position)
          continue
        }
        filters.append(ColumnFilter(column: entry.key.value, value: value))
      }
      return filters
    }
    for element in node.elements ?? [node] {
      guard let text = element.text, let filter = try? ColumnFilter(text) else {
        document.report("\(expected), found \(element.kind)", at: element.position)
        continue
      }
      filters.append(filter)
    }
    return filters
  }

  /// `rename: {Loyalty Member: loyal}`.
  private static func renames(
    _ node: ConfigurationNode, _ document: ConfigurationDocument
  ) -> [String: String] {
    let expected = "rename takes columns and names, such as {Loyalty Member: loyal}"
    guard let entries = node.entries else {
      document.report("\(expected), found \(node.kind)", at: node.position)
      return [:]
    }
    var renames: [String: String] = [:]
    for entry in entries {
      guard let name = entry.value.text, !name.isEmpty else {
        document.report("\(expected), found \(entry.value.kind)", at: entry.value.position)
        continue
      }
      renames[entry.key.value] = name
    }
    return renames
  }

  static func customers(
    _ node: ConfigurationNode?, _ document: ConfigurationDocument
  ) -> Customers {
    var section = Customers()
    guard var reader = MappingReader(node, "customers", document) else { return section }
    section.id = reader.text("id", "a column's name")
    section.keep = reader.texts("keep")?.map(\.value)
    section.emptyCells = reader.choice("empty", [("keep", .keep), ("clear", .clear)])
    if let names = reader.node("rename") {
      section.renames = renames(names, document)
    }
    if let types = reader.node("types") {
      guard let entries = types.entries else {
        reader.report("types", takes: "columns and their types", types)
        return section
      }
      let names = AttributeType.allCases.map(\.rawValue)
      for entry in entries {
        guard let type = entry.value.text.flatMap(AttributeType.init) else {
          document.report(
            "the type of \(shortened(entry.key.value)) is \(listed(names)), found "
              + entry.value.kind + NearestName.hint(entry.value.text ?? "", among: names),
            at: entry.value.position)
          continue
        }
        section.types.append((entry.key, type))
      }
    }
    reader.finish()
    return section
  }
}
