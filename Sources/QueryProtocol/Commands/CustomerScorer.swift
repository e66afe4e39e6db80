import Columns
package import JSONText

/// A customer who is in no snapshot, by figures: a summary of one.
package struct UnseenCustomer: Sendable, Equatable {
  /// The date of the snapshot that scores.
  package var asOf: Int32
  package var firstDay: Int32
  package var lastDay: Int32
  package var orders: Int32
  package var purchaseDays: Int32
  /// Net total in units of 10⁻⁴.
  package var monetary: Int64
  /// Of it, that of the first purchase day.
  package var firstDayTotal: Int64
  /// Other columns of the snapshot, attributes above all, as text; empty where there is no value.
  package var given: [String: String]
  /// The figures that were not given and do not follow from those that were.
  package var assumed: [Assumption]

  /// A figure that may be left out, and is then a guess.
  package enum Assumption: String, Sendable {
    case purchaseDays = "purchase_days"
    case firstDayTotal = "first_day_total"
  }

  package init(
    asOf: Int32, firstDay: Int32, lastDay: Int32, orders: Int32, purchaseDays: Int32,
    monetary: Int64, firstDayTotal: Int64, given: [String: String] = [:],
    assumed: [Assumption] = []
  ) {
    self.asOf = asOf
    self.firstDay = firstDay
    self.lastDay = lastDay
    self.orders = orders
    self.purchaseDays = purchaseDays
    self.monetary = monetary
    self.firstDayTotal = firstDayTotal
    self.given = given
    self.assumed = assumed
  }

  package var recencyDays: Int64 { Int64(asOf) - Int64(lastDay) }

  /// The assumed figures with the values that were taken.
  var assumptions: [JSON.Member] {
    assumed.map { figure in
      switch figure {
      case .purchaseDays: .init(figure.rawValue, .integer(Int64(purchaseDays)))
      case .firstDayTotal: .init(figure.rawValue, .number(Money.double(firstDayTotal)))
      }
    }
  }
}

/// Scores and explains by a snapshot's models, which the query protocol itself does not know: it reads the cuts
/// of r, f and m from the record, and adds these members, which win over its own of the same name.
package protocol CustomerScorer: Sendable {
  /// What else an unseen customer would get: segments, tags, lifetime value, cluster.
  func score(_ customer: UnseenCustomer, by base: CustomerBase) throws -> [JSON.Member]
  /// What else explains a row: what would change its segment, its lifetime value, its cluster.
  func explain(row: Int, in base: CustomerBase) throws -> [JSON.Member]
}
