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
}

/// Scores and explains by a snapshot's models, which the query protocol itself does not know.
package protocol CustomerScorer: Sendable {
  /// The scores that an unseen customer would get, by the models in a snapshot's metadata.
  func score(_ customer: UnseenCustomer, by base: CustomerBase) throws -> [JSON.Member]
  /// Each score of a row with the cuts around it, the segment's rule, and what would change them.
  func explain(row: Int, in base: CustomerBase) throws -> [JSON.Member]
}
