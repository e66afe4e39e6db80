package import JSONText

/// A cut between two bins, kept exactly: `lower + numerator / denominator · (upper − lower)`.
///
/// For a quantile, `lower` and `upper` are the two neighbouring values in sorted order that it lies between
/// (type 7 of Hyndman and Fan 1996: position (N − 1)·j/n, linear in between). The fraction is kept, not the
/// quotient, so that "v > cut" has one answer, on integers without any rounding.
package enum RFMCut: Sendable, Equatable {
  /// A cut through integers: days, counts, or amounts in units of 10⁻⁴.
  case integer(lower: Int64, upper: Int64, numerator: Int, denominator: Int)
  /// A cut through mean amounts that were not rounded, in currency: of snapshots of earlier versions.
  case real(lower: Double, upper: Double, numerator: Int, denominator: Int)

  /// The largest integer not above the cut: an integer v is above the cut exactly when v > floor.
  package var floor: Int64 {
    switch self {
    case .integer(let lower, let upper, let numerator, let denominator):
      // 0 ≤ numerator < denominator and lower ≤ upper, so the quotient is below upper − lower < 2⁶⁴.
      let product = UInt64(bitPattern: upper &- lower).multipliedFullWidth(by: UInt64(numerator))
      let (quotient, _) = UInt64(denominator).dividingFullWidth(product)
      return lower &+ Int64(bitPattern: quotient)
    case .real: return Int64(max(-9e18, min(9e18, value.rounded(.down))))
    }
  }

  /// The cut as a Double, in its own unit (money in 10⁻⁴). Where it lies strictly between two values it stays
  /// there: rounding may not push it up to the value above.
  package var value: Double {
    switch self {
    case .integer(let lower, let upper, let numerator, let denominator):
      RFMCut.interpolate(Double(lower), Double(upper), numerator, denominator)
    case .real(let lower, let upper, let numerator, let denominator):
      RFMCut.interpolate(lower, upper, numerator, denominator)
    }
  }

  private static func interpolate(
    _ lower: Double, _ upper: Double, _ numerator: Int, _ denominator: Int
  ) -> Double {
    if numerator == 0 || lower >= upper { return lower }
    let value = lower + (upper - lower) * (Double(numerator) / Double(denominator))
    return min(max(value, lower), upper.nextDown)
  }

  /// The cut as people read it: days, counts, or currency.
  package func displayValue(of measure: RFMMeasure) -> Double {
    switch self {
    case .integer where measure == .monetary: value / 10_000
    default: value
    }
  }

  /// A given cut. Money is rounded to 10⁻⁴; a fraction of a day or of an order is cut off, which changes no
  /// comparison with whole ones.
  init(given value: Double, measure: RFMMeasure) {
    switch measure {
    case .monetary:
      let units = Int64((value * 10_000).rounded())
      self = .integer(lower: units, upper: units, numerator: 0, denominator: 1)
    default:
      let whole = Int64(value.rounded(.down))
      self = .integer(lower: whole, upper: whole, numerator: 0, denominator: 1)
    }
  }

  /// Largest magnitude of a given cut.
  static func givenLimit(of measure: RFMMeasure) -> Double {
    measure == .monetary ? 9e14 : 2e9
  }
}

extension RFMCut {
  /// All four fields, and the value for people and other programs.
  package func json(of measure: RFMMeasure) -> JSON {
    let fields: (JSON, JSON, Int, Int) =
      switch self {
      case .integer(let lower, let upper, let n, let d): (.integer(lower), .integer(upper), n, d)
      case .real(let lower, let upper, let n, let d): (.number(lower), .number(upper), n, d)
      }
    return [
      "value": .number(displayValue(of: measure)), "lower": fields.0, "upper": fields.1,
      "numerator": JSON(fields.2), "denominator": JSON(fields.3),
    ]
  }

  package init(json: JSON) throws(RFMError) {
    guard let numerator = json["numerator"]?.intValue,
      let denominator = json["denominator"]?.intValue,
      numerator >= 0, denominator > numerator
    else { throw .notAModel("a cut's fraction") }
    if let lower = json["lower"]?.integerValue, let upper = json["upper"]?.integerValue,
      lower <= upper
    {
      self = .integer(lower: lower, upper: upper, numerator: numerator, denominator: denominator)
    } else if case .number(let lower)? = json["lower"], case .number(let upper)? = json["upper"],
      lower <= upper
    {
      self = .real(lower: lower, upper: upper, numerator: numerator, denominator: denominator)
    } else {
      throw .notAModel("a cut's lower and upper value")
    }
  }
}
