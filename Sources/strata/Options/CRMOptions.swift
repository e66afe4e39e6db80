import ArgumentParser
import Configuration
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
  var object: String?

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

  /// The mapping to a system: flags, then the configuration's section of that system, then what is usual of the
  /// columns that a snapshot has.
  func mapping(
    _ system: CRMSystem, columns: [String], _ configuration: Configuration
  ) throws -> CRMMapping {
    let section = try CRMSection(system, configuration)
    var fields = try map.map { try field($0, "--map", system.defaultField) }
    if fields.isEmpty { fields = section.fields }
    if fields.isEmpty {
      fields = CRMMapping.usualColumns.filter(columns.contains).map {
        CRMMapping.Field(column: $0, field: system.defaultField($0))
      }
    }
    let sides = form?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
    if form != nil && sides.count != 2 {
      throw ValidationError("--form takes APP/FORM, the two ids, not '\(form ?? "")'")
    }
    let usualID = CRMMapping.Field(
      column: "customer_id", field: system.defaultIDField("customer_id"))
    return CRMMapping(
      id: try id.map { try field($0, "--id", system.defaultIDField) } ?? section.id ?? usualID,
      fields: fields, object: object ?? section.object ?? "AccountObj",
      application: sides.first ?? section.application ?? "",
      form: sides.last ?? section.form ?? "",
      updatesExisting: relabel || section.updatesExisting)
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
