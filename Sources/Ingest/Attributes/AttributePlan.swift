import Kernels

/// The columns of an ingest of attributes, over all its files: found by name, whatever the case.
struct AttributeColumns {
  /// The name that the store has, or that of the first file.
  private(set) var names: [String] = []
  /// The types asked for.
  private(set) var types: [AttributeType?] = []
  private var indexByName: [String: Int] = [:]

  /// The column of that name, made if it is new.
  mutating func index(of name: String, type: AttributeType?) -> Int {
    if let index = indexByName[name.lowercased()] {
      if types[index] == nil { types[index] = type }
      return index
    }
    indexByName[name.lowercased()] = names.count
    names.append(name)
    types.append(type)
    return names.count - 1
  }
}

/// Everything that the row parser needs to know of one file.
struct AttributePlan {
  let syntax: DelimitedSyntax
  let header: [String]
  let idField: Int
  /// Fields that are attributes, and which columns of the ingest they are.
  let fields: [(field: Int, column: Int)]
  let filters: [(field: Int, value: [UInt8])]
  /// Why fields are left out that nobody asked to be.
  let notes: [String]

  /// Reads the header; adds its columns to those of the ingest.
  init(
    head: FileHead, path: String, options: AttributeOptions, schema: [AttributeSchema],
    columns: inout AttributeColumns
  ) throws(IngestError) {
    syntax = head.syntax
    header = head.header
    let search = HeaderSearch(header: header, path: path)
    idField = try search.index(
      of: options.idColumn, known: AttributePlan.knownIDNames, role: "customer",
      flag: "--id")
    var filters: [(field: Int, value: [UInt8])] = []
    for filter in options.filters {
      let field = try search.index(named: filter.column, role: "filter", flag: "--where-column")
      filters.append((field, Array(filter.value.utf8)))
    }
    self.filters = filters
    let choice = try AttributePlan.chosenFields(search, options, idField)
    notes = choice.notes
    let header = head.header
    var taken: [(field: Int, column: Int)] = []
    for field in choice.fields {
      let name = try AttributePlan.name(of: field, header, path, options, schema)
      let type = options.types.first {
        [name.lowercased(), header[field].lowercased()].contains($0.key.lowercased())
      }?.value
      let column = columns.index(of: name, type: type)
      if let other = taken.first(where: { $0.column == column }) {
        throw IngestError(
          .badData, "two columns are the attribute '\(name)'", file: path, line: 1,
          found: "'\(header[other.field])' and '\(header[field])'", expected: "one",
          advice: "Choose with --keep, or give one another name with --rename")
      }
      taken.append((field, column))
    }
    fields = taken
    if columns.names.count > IngestLimits.attributeCount {
      throw IngestError(
        .badData, "too many attributes", file: path, found: "\(columns.names.count)",
        expected: "at most \(IngestLimits.attributeCount)", advice: "Choose with --keep")
    }
  }

  /// As in order logs, but that names which may well be attributes come last or not at all.
  private static let knownIDNames =
    ColumnChoice.knownCustomerNames.filter { !bareNames.contains($0) }
    + ["id", "customer", "client"]
  private static let bareNames = ["customer", "client", "user", "member"]

  /// Those asked for, or all but the id's; a file may lack some that others have.
  private static func chosenFields(
    _ search: HeaderSearch, _ options: AttributeOptions, _ idField: Int
  ) throws(IngestError) -> (fields: [Int], notes: [String]) {
    let header = search.header
    var notes: [String] = []
    if options.columns.isEmpty {
      let fields = header.indices.filter { $0 != idField && !header[$0].isEmpty }
      for field in header.indices where header[field].isEmpty && field != idField {
        notes.append("column \(field + 1) has no name and is left out")
      }
      return (fields, notes)
    }
    var fields: [Int] = []
    var missing: [String] = []
    for name in options.columns {
      guard header.contains(where: { $0.lowercased() == name.lowercased() }) else {
        missing.append(name)
        continue
      }
      let field = try search.index(named: name, role: "attribute", flag: "--keep")
      if field == idField || fields.contains(field) { continue }
      fields.append(field)
    }
    if fields.isEmpty, let name = missing.first {
      _ = try search.index(named: name, role: "attribute", flag: "--keep")
    }
    if !missing.isEmpty {
      notes.append(
        "there is no column " + missing.map { "'\($0)'" }.joined(separator: ", "))
    }
    return (fields.sorted(), notes)
  }

  /// The attribute that a field is: renamed if asked for, spelled as in the store.
  private static func name(
    of field: Int, _ header: [String], _ path: String, _ options: AttributeOptions,
    _ schema: [AttributeSchema]
  ) throws(IngestError) -> String {
    let written = header[field]
    let name =
      options.renames.first { $0.key.lowercased() == written.lowercased() }?.value ?? written
    if let problem = AttributeNames.problem(name) {
      throw IngestError(
        .badData, problem, file: path, line: 1, column: written, found: quoted(name.utf8),
        expected: "another name",
        advice: "Give it one with --rename '\(written)=NAME', or choose columns with --keep")
    }
    return schema.first { $0.name.lowercased() == name.lowercased() }?.name ?? name
  }
}
