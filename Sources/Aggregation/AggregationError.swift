/// Why transactions could not be aggregated.
package enum AggregationError: Error, Equatable, CustomStringConvertible {
  /// A batch contradicts itself or the number of customers: it is damaged, or built wrongly. `customer` is the
  /// position in the batch, -1 when unknown.
  case malformedBatch(batch: Int, customer: Int)
  /// The amounts of a customer do not add up within 64 bits of 10⁻⁴ units.
  case totalOverflow(customerCode: Int)
  /// A window shorter than a day.
  case windowTooShort(days: Int)

  package var description: String {
    switch self {
    case .malformedBatch(let batch, let customer):
      "batch \(batch + 1) is malformed at its customer \(customer): codes and days must rise and stay in "
        + "range; run `strata verify`"
    case .totalOverflow(let code):
      "the amounts of customer number \(code) add up to more than 922,337,203,685,477: check the amount "
        + "column for values that are no amounts"
    case .windowTooShort(let days):
      "a window of \(days) days holds nothing: give at least 1"
    }
  }
}
