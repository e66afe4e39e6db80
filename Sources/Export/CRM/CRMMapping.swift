/// Which columns go to which fields of a system.
package struct CRMMapping: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package let column: String
    package let field: String
    /// The text is a list joined by `;`, for a field of several choices.
    package let isList: Bool

    package init(column: String, field: String, isList: Bool? = nil) {
      self.column = column
      self.field = field
      self.isList = isList ?? (column == "tags")
    }
  }

  /// What tells records apart: the store's `customer_id`, or an attribute that holds the system's own ids.
  package let id: Field
  package let fields: [Field]
  /// Fxiaoke's `dataObjectApiName`.
  package let object: String
  /// Jiandaoyun's `app_id` and `entry_id`.
  package let application: String
  package let form: String
  /// For Jiandaoyun: give records that exist new values, by their ids, instead of making records.
  package let updatesExisting: Bool

  package init(
    id: Field, fields: [Field], object: String = "AccountObj", application: String = "",
    form: String = "", updatesExisting: Bool = false
  ) {
    self.id = id
    self.fields = fields
    self.object = object
    self.application = application
    self.form = form
    self.updatesExisting = updatesExisting
  }

  /// Columns that are sent when nothing is said, as far as a snapshot has them.
  package static let usualColumns = [
    "segment", "tags", "rfm", "r", "f", "m", "orders", "monetary_total", "last_purchase",
    "p_alive", "clv", "cluster",
  ]

  /// Columns that the mapping reads.
  package var columns: [String] { [id.column] + fields.map(\.column) }

  /// Refuses what the system would.
  package func check(_ system: CRMSystem) throws(ExportError) {
    func bad(_ reason: String) -> ExportError { .mapping(system: system.rawValue, reason: reason) }
    if fields.isEmpty { throw bad("no column is mapped to a field") }
    if fields.count + 1 > system.fieldCountMax {
      throw bad("\(fields.count + 1) fields; at most \(system.fieldCountMax)")
    }
    var seen: Set<String> = []
    for field in [id] + fields {
      if field.field.isEmpty { throw bad("column \(field.column) is mapped to nothing") }
      if field.field.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x2C }) {
        throw bad("'\(field.field)' is no name of a field")
      }
      if !seen.insert(field.field).inserted { throw bad("two columns go to \(field.field)") }
    }
    if system == .jiandaoyun, application.isEmpty || form.isEmpty {
      throw bad("a form is meant by its application's and its own id; give both")
    }
    if system == .fxiaoke, object.isEmpty { throw bad("give the object's API name") }
  }
}
