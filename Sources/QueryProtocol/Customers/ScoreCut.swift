import JSONText
import Kernels

/// A cut between two scores, as a snapshot's record holds it: `lower + numerator / denominator · (upper − lower)`.
enum ScoreCut: Sendable {
  /// Through whole days, whole counts, or amounts in units of 10⁻⁴: compared without rounding.
  case integer(lower: Int64, upper: Int64, numerator: Int, denominator: Int)
  /// Through mean amounts that were not rounded, in currency: of snapshots of earlier versions.
  case real(Double)

  init?(_ json: JSON) {
    if let lower = json["lower"]?.integerValue, let upper = json["upper"]?.integerValue,
      let numerator = json["numerator"]?.intValue, let denominator = json["denominator"]?.intValue,
      lower <= upper, numerator >= 0, denominator > numerator
    {
      self = .integer(
        lower: lower, upper: upper, numerator: numerator, denominator: denominator)
    } else if let value = json["value"]?.doubleValue {
      self = .real(value)
    } else {
      return nil
    }
  }

  /// Whether a value lies above the cut. Whole values are days, counts, or units of 10⁻⁴.
  func isBelow(_ value: Int64) -> Bool {
    switch self {
    case .integer(let lower, let upper, let numerator, let denominator):
      (Int128(value) - Int128(lower)) * Int128(denominator)
        > Int128(numerator) * (Int128(upper) - Int128(lower))
    case .real(let cut): Double(value) / 10_000 > cut
    }
  }

  /// Whether the mean amount of some orders lies above the cut.
  func isBelow(meanOf total: Int64, orders: Int64) -> Bool {
    switch self {
    case .integer: isBelow(meanAmount(total, orders: orders))
    case .real(let cut): Double(total) / 10_000 / Double(max(1, orders)) > cut
    }
  }

  /// The largest whole value that is not above the cut; of a mean amount in units of 10⁻⁴.
  var floor: Int64 {
    switch self {
    case .integer(let lower, let upper, let numerator, let denominator):
      // 0 ≤ numerator < denominator and lower ≤ upper: the sum lies between the two.
      Int64(
        Int128(lower) + Int128(numerator) * (Int128(upper) - Int128(lower)) / Int128(denominator))
    case .real(let cut): Int64(max(-9e18, min(9e18, (cut * 10_000).rounded(.down))))
    }
  }
}
