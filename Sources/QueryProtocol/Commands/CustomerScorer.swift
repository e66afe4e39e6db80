package import JSONText

/// A customer who is in no snapshot, by figures.
package struct UnseenCustomer: Sendable, Equatable {
  package var recencyDays: Int
  package var orders: Int
  /// In units of 10⁻⁴.
  package var monetary: Int64
  package var tenureDays: Int

  package init(recencyDays: Int, orders: Int, monetary: Int64, tenureDays: Int) {
    self.recencyDays = recencyDays
    self.orders = orders
    self.monetary = monetary
    self.tenureDays = tenureDays
  }

  /// Purchase days: every order on one of its own, as far as there are days between the first and the last.
  package var purchaseDays: Int { min(orders, tenureDays - recencyDays + 1) }
}

/// Scores and explains by a snapshot's models, which the query protocol itself does not know: it reads the cuts
/// of r, f and m from the record, and adds these members, which win over its own of the same name.
package protocol CustomerScorer: Sendable {
  /// What else an unseen customer would get: segment, lifetime value, cluster.
  func score(_ customer: UnseenCustomer, by base: CustomerBase) throws -> [JSON.Member]
  /// What else explains a row: what would change its segment, its lifetime value, its cluster.
  func explain(row: Int, in base: CustomerBase) throws -> [JSON.Member]
}
