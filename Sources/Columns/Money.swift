/// Money is Int64 in units of 10⁻⁴: exact, so that sums do not depend on order.
package enum Money {
  /// Units in one unit of currency.
  package static let unitsPerOne: Int64 = 10_000

  /// The decimal text of an amount: at least two decimals, at most four (`12.30`, `0.0001`, `-5.00`).
  package static func text(_ units: Int64) -> String {
    let magnitude = units.magnitude
    let whole = magnitude / 10_000
    var fraction = String(magnitude % 10_000)
    fraction = String(repeating: "0", count: 4 - fraction.count) + fraction
    while fraction.count > 2 && fraction.hasSuffix("0") { fraction.removeLast() }
    return (units < 0 ? "-" : "") + String(whole) + "." + fraction
  }

  /// The total of many customers as a Double: it may lie past 64 bits.
  package static func double(_ units: Int128) -> Double { Double(units) / 10_000 }

  /// The amount as a Double, for models.
  @inlinable
  package static func double(_ units: Int64) -> Double { Double(units) / 10_000 }
}
