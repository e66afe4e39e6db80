import Configuration
import Export
import Expressions

/// The section of one system under `export:` in strata.yaml.
///
///     export:
///       salesforce:
///         id: {customer_id: Shop_Id__c}
///         fields: {segment: Tier__c, clv: CLV__c}
///       jiandaoyun: {app: 5926…, form: 5927…, relabel: true, id: {jdy_id: _id}, fields: {segment: tier}}
struct CRMSection {
  var id: CRMMapping.Field?
  var fields: [CRMMapping.Field] = []
  var object: String?
  var application: String?
  var form: String?
  var updatesExisting = false

  private static let keys = ["id", "fields", "object", "app", "form", "relabel"]

  init(_ system: CRMSystem, _ configuration: Configuration) throws {
    guard let node = configuration.export.systems[system.rawValue] else { return }
    func text(_ node: ConfigurationNode, _ key: String) throws -> String {
      guard let text = node.text, !text.isEmpty else {
        throw configuration.located("\(key) takes a text", at: node.position)
      }
      return text
    }
    func pairs(_ node: ConfigurationNode, _ key: String) throws -> [CRMMapping.Field] {
      guard let entries = node.entries, !entries.isEmpty else {
        throw configuration.located(
          "\(key) takes columns and their fields, such as {segment: Tier}", at: node.position)
      }
      return try entries.map { entry in
        CRMMapping.Field(
          column: entry.key.value, field: try text(entry.value, entry.key.value))
      }
    }
    for entry in node.entries ?? [] where !entry.value.isNull {
      let key = entry.key.value
      switch key {
      case "id":
        let ids = try pairs(entry.value, key)
        guard ids.count == 1 else {
          throw configuration.located("id takes one column", at: entry.value.position)
        }
        id = ids[0]
      case "fields": fields = try pairs(entry.value, key)
      case "object": object = try text(entry.value, key)
      case "app": application = try text(entry.value, key)
      case "form": form = try text(entry.value, key)
      case "relabel":
        guard let flag = entry.value.flag else {
          throw configuration.located("relabel takes true or false", at: entry.value.position)
        }
        updatesExisting = flag
      default:
        throw configuration.located(
          "unknown key \(key) in export.\(system.rawValue)"
            + (NearestName.of(key, among: CRMSection.keys).map { "; did you mean \($0)?" }
              ?? "; it takes " + CRMSection.keys.joined(separator: ", ")),
          at: entry.key.position)
      }
    }
  }
}
