/// What makes a regression impossible to ask for. Data that cannot be fitted is no error: it gets a report.
package enum RegressionError: Error, Equatable, CustomStringConvertible {
  /// The horizon is not 1…36,500 days.
  case horizonOutOfRange(days: Int)
  /// The attribute frame has another number of rows than there are customers.
  case attributeRows(expected: Int, found: Int)
  /// A batch names a customer that does not exist.
  case customerOutOfRange(code: Int, customerCount: Int)
  /// A stored model cannot be read.
  case badModel(String)

  package var description: String {
    switch self {
    case .horizonOutOfRange(let days):
      "a horizon of \(days) days: expected 1 to 36500; give --horizon with its unit, as 12mo or 26w"
    case .attributeRows(let expected, let found):
      "attributes of \(found) customers where there are \(expected): expected a row for each customer code"
    case .customerOutOfRange(let code, let customerCount):
      "customer code \(code) in a batch, but there are \(customerCount) customers; run verify on the store"
    case .badModel(let reason):
      "not a regression model: \(reason); fit again to replace it"
    }
  }
}
