import ArgumentParser
import Configuration
import Ingest
import Pipeline

/// How files of customers are read; `ingest --customers` and `run --attributes` take these.
struct AttributeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The customer's column in a file of customers.", valueName: "column"))
  var id: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "An attribute's type: int, float, bool, date, category or text. Default: the store's, else "
        + "inferred.", valueName: "column=type"))
  var type: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Another name for an attribute's column.", valueName: "old=new"))
  var rename: [String] = []

  @Option(
    name: .customLong("null"), parsing: .singleValue,
    help: ArgumentHelp("A text that counts as an empty cell, e.g. N/A.", valueName: "text"))
  var nullTexts: [String] = []

  @Option(help: "What an empty cell says: keep the value there is, or clear it (keep, clear).")
  var empty: String?

  func validate() throws {
    if let empty, EmptyCells(rawValue: empty) == nil {
      throw ValidationError("--empty takes keep or clear, not '\(empty)'")
    }
  }

  /// Whether any of them is given.
  var isGiven: Bool {
    id != nil || !type.isEmpty || !rename.isEmpty || !nullTexts.isEmpty || empty != nil
  }

  /// What they say to an ingest of attributes, on top of what the configuration says.
  func options(_ file: Configuration.Customers) throws -> Ingest.AttributeOptions {
    var options = Ingest.AttributeOptions()
    options.idColumn = id ?? file.id?.value
    options.columns = file.keep ?? []
    options.renames = file.renames
    for (column, type) in file.types { options.types[column.value] = type }
    for text in type {
      let (column, name) = try AttributeOptions.sides(text, "--type", "age=int")
      guard let type = AttributeType(rawValue: name.lowercased()) else {
        throw ValidationError(
          "--type takes COLUMN=TYPE with a type of "
            + AttributeType.allCases.map(\.rawValue).joined(separator: ", ") + ", not '\(text)'")
      }
      options.types[column] = type
    }
    for text in rename {
      let (old, new) = try AttributeOptions.sides(text, "--rename", "\"Loyalty Member=loyal\"")
      options.renames[old] = new
    }
    options.nullTexts = nullTexts
    options.emptyCells = empty.flatMap { EmptyCells(rawValue: $0) } ?? file.emptyCells ?? .keep
    return options
  }

  private static func sides(
    _ text: String, _ flag: String, _ example: String
  ) throws -> (String, String) {
    guard let equals = text.lastIndex(of: "="), equals > text.startIndex,
      text.index(after: equals) < text.endIndex
    else { throw ValidationError("\(flag) takes for example \(flag) \(example), not '\(text)'") }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

extension IngestOptions {
  /// The request that these options make for files of customers.
  func attributeRequest(
    _ attributes: AttributeOptions, _ file: Configuration.Customers
  ) throws -> AttributeRequest {
    for (name, value) in [("--date", date), ("--amount", amount), ("--order", order)]
    where value != nil {
      throw ValidationError("\(name) is for order logs; files of customers have no such column")
    }
    if let returns, returns != "net" {
      throw ValidationError("--returns is for order logs; files of customers have no amounts")
    }
    var options = try attributes.options(file)
    options.idColumn = attributes.id ?? customer ?? file.id?.value
    if !keep.isEmpty { options.columns = keep }
    options.delimiter = try delimiter.map(IngestOptions.delimiterByte)
    if let dateFormat { options.dateFormat = try DateFormat(dateFormat) }
    let format = try amountFormat(Configuration.Ingest())
    options.numberFormat = NumberFormat(decimal: format.decimal, thousands: format.thousands)
    options.filters = try whereColumn.map { try ColumnFilter($0) }
    if let maxRejects { options.rejectLimit = try RejectLimit(maxRejects) }
    var request = AttributeRequest(paths: files, options: options)
    request.rejectsPath = rejects
    request.isAgain = again
    return request
  }
}
