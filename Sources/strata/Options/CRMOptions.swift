import ArgumentParser
import Export

extension CRMSystem: ExpressibleByArgument {}

/// What is sent to which fields of a customer system; `export --for` takes these.
struct CRMOptions: ParsableArguments {
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Write the bulk form of salesforce, hubspot, zoho, jiandaoyun or fxiaoke, in numbered parts.",
      valueName: "system"))
  var system: CRMSystem?

  @Option(
    help: ArgumentHelp(
      "Only customers whose mapped columns changed since this snapshot, and new ones.",
      valueName: "snapshot"))
  var changedSince: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Send a column to a field; may be repeated. Default: segment, tags, scores and values.",
      valueName: "column=field"))
  var map: [String] = []

  @Option(
    help: ArgumentHelp(
      "The column that identifies a record, and its field.", valueName: "column=field"))
  var id: String?

  @Option(help: ArgumentHelp("Fxiaoke: the object's API name.", valueName: "name"))
  var object = "AccountObj"

  @Option(
    help: ArgumentHelp("Jiandaoyun: the application's and the form's id.", valueName: "app/form"))
  var form: String?

  @Flag(help: "Jiandaoyun: give records that exist their new values, by the ids in --id.")
  var relabel = false

  func validate() throws {
    if system == nil, changedSince != nil || !map.isEmpty || id != nil || form != nil || relabel {
      throw ValidationError("--changed-since, --map, --id, --form and --relabel go with --for")
    }
  }

  /// The mapping to a system, of the columns that a snapshot has.
  func mapping(_ system: CRMSystem, columns: [String]) throws -> CRMMapping {
    let fields =
      map.isEmpty
      ? CRMMapping.usualColumns.filter(columns.contains).map {
        CRMMapping.Field(column: $0, field: system.defaultField($0))
      } : try map.map { try field($0, "--map", system.defaultField) }
    let sides = form?.split(separator: "/", omittingEmptySubsequences: false) ?? []
    if form != nil && sides.count != 2 {
      throw ValidationError("--form takes APP/FORM, the two ids, not '\(form ?? "")'")
    }
    return CRMMapping(
      id: try id.map { try field($0, "--id", system.defaultIDField) }
        ?? CRMMapping.Field(
          column: "customer_id", field: system.defaultIDField("customer_id")),
      fields: fields, object: object, application: sides.first.map(String.init) ?? "",
      form: sides.last.map(String.init) ?? "", updatesExisting: relabel)
  }

  /// `column=field`, or a column alone.
  private func field(
    _ text: String, _ option: String, _ defaultField: (String) -> String
  ) throws -> CRMMapping.Field {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let column = sides.first, !column.isEmpty, sides.last?.isEmpty == false else {
      throw ValidationError("\(option) takes column=field, not '\(text)'")
    }
    let name = String(column)
    return CRMMapping.Field(
      column: name, field: sides.count == 2 ? String(sides[1]) : defaultField(name))
  }
}
