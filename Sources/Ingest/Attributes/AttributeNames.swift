/// Names that attributes cannot have, because columns of the engine do.
package enum AttributeNames {
  /// In lower case; names are compared so.
  package static let reserved: Set<String> = [
    "customer_id", "customer_code", "first_purchase", "last_purchase", "recency_days", "orders",
    "purchase_days", "monetary_total", "monetary_mean", "first_day_total", "r", "f", "m", "rfm",
    "segment", "tags", "p_alive", "expected_purchases", "expected_spend", "clv", "cluster",
  ]

  /// What the columns start with that say where an ingest erases values.
  package static let clearedPrefix = "cleared:"

  /// Why a name cannot be an attribute's; nil when it can.
  static func problem(_ name: String) -> String? {
    if name.utf8.count > IngestLimits.attributeNameByteCount {
      return "has a name of \(name.utf8.count) bytes"
    }
    if name.hasPrefix(clearedPrefix) { return "has a name that starts with '\(clearedPrefix)'" }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      return "has a name with a control character"
    }
    return reserved.contains(name.lowercased()) ? "has the name of a column of Strata's own" : nil
  }
}
