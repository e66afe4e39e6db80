import Columns
package import JSONText
import Kernels

/// Generates an order log of known parameters: purchases by BG/NBD, amounts by Gamma-Gamma.
///
/// Every customer buys for the first time at a random moment of the log, then at exponential intervals with a
/// rate ~ Gamma(r, α), and drops out after each repeat purchase with a probability ~ Beta(a, b). Rows come in
/// order of day, then customer. The same options give the same bytes on every machine and any number of threads,
/// because every customer has a random stream of its own.
///
///     let generator = try OrderLogGenerator(GeneratorOptions(customers: 1_000_000, seed: 7))
///     let report = try generator.write(to: descriptor)
///     generator.json(report)       // the true parameters, to be written beside the log
///
/// Memory: 6 bytes an order, besides buffers; all orders are drawn before the first is written.
package struct OrderLogGenerator: Sendable {
  package let options: GeneratorOptions
  /// The α in force: the given one, or that which gives the orders per customer asked for.
  package let alpha: Double
  /// The mean number of orders a customer that the parameters imply.
  package let expectedOrdersPerCustomer: Double

  /// Checks the options and works out α.
  package init(_ options: GeneratorOptions) throws(GeneratorError) {
    try options.check()
    guard let alpha = options.purchases.alpha ?? ExpectedOrders.alpha(options) else {
      throw .unreachable(ordersPerCustomer: options.ordersPerCustomer)
    }
    self.options = options
    self.alpha = alpha
    expectedOrdersPerCustomer = ExpectedOrders.mean(options, alpha: alpha)
    let expected = expectedOrdersPerCustomer * Double(options.customers)
    if !(expected <= GeneratorLimits.rows) { throw .tooManyRows(expected: expected) }
  }

  /// What was written.
  package struct Report: Sendable, Equatable {
    package let rows: Int
    package let byteCount: Int
    /// The sum of all amounts, in cents.
    package let totalCents: Int
  }

  /// The true parameters, and what came of them.
  package func json(_ report: Report) -> JSON {
    let purchases = options.purchases
    let lastDay = options.firstDay + Int32(options.dayCount) - 1
    let process: JSON = [
      "model": JSON(options.dropout.rawValue), "unit": "week", "r": JSON(purchases.r),
      "alpha": JSON(alpha), "a": JSON(purchases.a), "b": JSON(purchases.b),
      "orders_per_customer": JSON(expectedOrdersPerCustomer),
    ]
    let spend: JSON = [
      "model": "gamma-gamma", "p": JSON(options.spend.p), "q": JSON(options.spend.q),
      "gamma": JSON(options.spend.gamma),
      "mean": options.spend.mean.isFinite ? JSON(options.spend.mean) : .null,
    ]
    return [
      "customers": JSON(options.customers), "seed": JSON(String(options.seed)),
      "weeks": JSON(options.weeks), "first_day": JSON(Day.text(options.firstDay)),
      "last_day": JSON(Day.text(lastDay)), "purchases": process, "spend": spend,
      "rows": JSON(report.rows), "bytes": JSON(report.byteCount),
      "total": JSON(Money.text(Int64(report.totalCents) * 100)),
    ]
  }
}
