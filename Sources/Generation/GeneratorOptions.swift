import Columns

/// What to generate.
package struct GeneratorOptions: Sendable, Equatable {
  /// When a customer may stop buying.
  package enum Dropout: String, Sendable, CaseIterable {
    /// With probability p after every repeat purchase: the BG/NBD model (Fader, Hardie and Lee 2005).
    case afterRepeat = "bg/nbd"
    /// Also after the first purchase: the MBG/NBD model (Batislam, Denizel and Filiztekin 2007).
    case afterAny = "mbg/nbd"
    /// Never: the NBD model.
    case never = "nbd"
  }

  /// How customers buy, in weeks: rates are Gamma(r, α), dropout probabilities Beta(a, b).
  package struct Purchases: Sendable, Equatable {
    package var r: Double
    /// nil: so that a customer has `ordersPerCustomer` orders on average.
    package var alpha: Double?
    package var a: Double
    package var b: Double

    package init(r: Double = 0.8, alpha: Double? = nil, a: Double = 0.8, b: Double = 12) {
      self.r = r
      self.alpha = alpha
      self.a = a
      self.b = b
    }
  }

  /// What they spend: an amount is Gamma(p, ν), and ν, a customer's own, Gamma(q, γ).
  package struct Spend: Sendable, Equatable {
    package var p: Double
    package var q: Double
    package var gamma: Double

    /// By default the parameters of CDNOW (Fader and Hardie 2013), a mean of 35.22 an order.
    package init(p: Double = 6.25, q: Double = 3.74, gamma: Double = 15.44) {
      self.p = p
      self.q = q
      self.gamma = gamma
    }

    /// The mean amount over customers, pγ/(q − 1); infinite for q ≤ 1.
    package var mean: Double { q > 1 ? p * gamma / (q - 1) : .infinity }
  }

  package var customers: Int
  package var seed: UInt64
  /// Length of the log.
  package var weeks: Int
  /// Mean orders a customer, the first included; above 1.
  package var ordersPerCustomer: Double
  /// First day of the log.
  package var firstDay: Int32
  package var dropout: Dropout
  package var purchases: Purchases
  package var spend: Spend

  package init(
    customers: Int, seed: UInt64, weeks: Int = 104, ordersPerCustomer: Double = 10,
    firstDay: Int32 = Day.number(year: 2024, month: 1, day: 1), dropout: Dropout = .afterRepeat,
    purchases: Purchases = Purchases(), spend: Spend = Spend()
  ) {
    self.customers = customers
    self.seed = seed
    self.weeks = weeks
    self.ordersPerCustomer = ordersPerCustomer
    self.firstDay = firstDay
    self.dropout = dropout
    self.purchases = purchases
    self.spend = spend
  }

  package var dayCount: Int { weeks * 7 }

  /// Throws the first thing that cannot be generated.
  func check() throws(GeneratorError) {
    func check(
      _ name: String, _ value: Double, _ range: ClosedRange<Double>
    ) throws(GeneratorError) {
      guard range.contains(value) else {
        throw .outOfRange(name: name, value: value, range: range)
      }
    }
    try check("customers", Double(customers), GeneratorLimits.customers)
    try check("weeks", Double(weeks), GeneratorLimits.weeks)
    try check("orders per customer", ordersPerCustomer, GeneratorLimits.ordersPerCustomer)
    try check("the first day", Double(firstDay), GeneratorLimits.firstDay)
    let shapes = [
      ("r", purchases.r), ("a", purchases.a), ("b", purchases.b), ("p", spend.p), ("q", spend.q),
    ]
    for (name, value) in shapes { try check(name, value, GeneratorLimits.shape) }
    try check("alpha", purchases.alpha ?? 1, GeneratorLimits.scale)
    try check("gamma", spend.gamma, GeneratorLimits.scale)
  }
}

/// Bounds of what can be asked for.
enum GeneratorLimits {
  /// Ids have eight digits.
  static let customers = 0.0...99_999_999.0
  static let weeks = 1.0...5_200.0
  static let ordersPerCustomer = 1.001...10_000.0
  /// 1900 to 2200.
  static let firstDay = -25_567.0...84_006.0
  /// Shapes: r, a, b, p and q. Beyond, numbers lose their meaning before they lose their digits.
  static let shape = 1e-2...1e4
  /// Scales: alpha and gamma.
  static let scale = 1e-3...1e6
  /// Rows of one customer; the rest of a customer who would have more is cut off.
  static let rowsPerCustomer = 1_000_000
  /// Expected rows in all.
  static let rows = 4e9
  /// An amount is held at 42,949,672.95.
  static let cents = Double(UInt32.max)
}

/// Why nothing could be generated.
package enum GeneratorError: Error, Equatable, CustomStringConvertible {
  case outOfRange(name: String, value: Double, range: ClosedRange<Double>)
  /// No rate of buying gives so many orders before customers drop out.
  case unreachable(ordersPerCustomer: Double)
  case tooManyRows(expected: Double)
  /// Writing failed with this errno.
  case write(errno: Int32)

  package var description: String {
    switch self {
    case .outOfRange(let name, let value, let range):
      "\(name) is \(value): give a number from \(range.lowerBound) to \(range.upperBound)"
    case .unreachable(let orders):
      "no rate of buying gives \(orders) orders a customer with these parameters: raise b, or lower a"
    case .tooManyRows(let expected):
      "about \(expected) rows are more than 4e9: lower the customers or the orders per customer"
    case .write(let number):
      "writing the orders failed: errno \(number)"
    }
  }
}
