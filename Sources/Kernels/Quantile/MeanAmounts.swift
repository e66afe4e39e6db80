/// The mean amount an order, rounded half to even to whole units of 10⁻⁴; 0 without orders.
///
/// The one mean that there is: the column `monetary_mean` holds it, and scores, presets, comparisons, SCORE and
/// EXPLAIN go by it, so that what a rule says of the column is what they say.
package func meanAmount(_ total: Int64, orders: Int64) -> Int64 {
  guard orders > 0 else { return 0 }
  let (quotient, remainder) = total.quotientAndRemainder(dividingBy: orders)
  // Twice a remainder may need a 65th bit; what is left to the divisor does not.
  let (part, rest) = (remainder.magnitude, orders.magnitude - remainder.magnitude)
  let isUp = part > rest || (part == rest && quotient & 1 != 0)
  return isUp ? quotient + (total < 0 ? -1 : 1) : quotient
}

/// `meanAmount` of each total and number of orders.
package func meanAmounts(
  _ totals: UnsafeBufferPointer<Int64>, _ orders: UnsafeBufferPointer<Int32>,
  into means: UnsafeMutableBufferPointer<Int64>
) {
  precondition(totals.count == orders.count && means.count == orders.count)
  for i in orders.indices { means[i] = meanAmount(totals[i], orders: Int64(orders[i])) }
}
