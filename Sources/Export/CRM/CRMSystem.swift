/// The systems that an export can be written for, each in its own documented bulk form
/// (Documentation/Integrations.md).
package enum CRMSystem: String, Sendable, CaseIterable {
  /// Bulk API 2.0: CSV, an external id.
  case salesforce
  /// v3 batch upsert: JSON, 100 records a call.
  case hubspot
  /// Bulk write: zipped CSV.
  case zoho
  /// 简道云 v5: JSON, 100 records a call.
  case jiandaoyun
  /// 纷享销客 v2: JSON, a record a call.
  case fxiaoke

  /// What ends the name of a part.
  package var fileSuffix: String {
    switch self {
    case .salesforce: ".csv"
    case .zoho: ".zip"
    case .hubspot, .jiandaoyun, .fxiaoke: ".jsonl"
    }
  }

  /// Records of one call, which is one line; nil where a part is one call.
  var recordsPerLine: Int? {
    switch self {
    case .hubspot, .jiandaoyun: 100
    case .fxiaoke: 1
    case .salesforce, .zoho: nil
    }
  }

  /// Records that one part may hold.
  var recordsPerPartMax: Int {
    switch self {
    case .zoho: 25_000
    default: .max
    }
  }

  /// Bytes that one part may have: 100 MB that the sender's encoding makes 150 MB of, and 25 MB.
  var partByteCountMax: Int {
    switch self {
    case .salesforce: 100_000_000
    case .zoho: 25_000_000
    default: .max
    }
  }

  /// Fields that one record may have, the id included.
  var fieldCountMax: Int { self == .zoho ? 200 : 1_000 }

  /// The field of a column that the mapping leaves to us: `monetary_total` is `Monetary_Total__c`,
  /// `monetary_total`, `Monetary_Total`, `monetary_total` and `monetary_total__c`.
  package func defaultField(_ column: String) -> String {
    func titled() -> String {
      column.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        .joined(separator: "_")
    }
    switch self {
    case .salesforce: return titled() + "__c"
    case .zoho: return titled()
    case .hubspot, .jiandaoyun: return column
    case .fxiaoke: return column + "__c"
    }
  }

  /// The id's field when the mapping does not name it.
  package func defaultIDField(_ column: String) -> String {
    switch self {
    case .fxiaoke: "_id"
    default: defaultField(column)
    }
  }
}
