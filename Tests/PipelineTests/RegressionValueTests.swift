import JSONText
import Kernels
import Models
import Testing

@testable import Pipeline

@Suite struct RegressionValueTests {
  /// `clv` of a regression is discounted as that of a purchase model is, spend coming evenly over the horizon.
  @Test func aDiscountLowersTheValueOfARegression() throws {
    let store = try TestStore()
    var log = "customer_id,date,amount\n"
    for i in 0..<120 {
      for month in 1...9 where (i * i + month * 5 + i / 7) % 4 > i % 3 {
        let (day, amount) = (10 + (i * 7 + month * 11) % 18, 10 + i % 37 + (month * i) % 5)
        log += "c\(i),2024-0\(month)-\(day),\(amount)\n"
      }
    }
    try store.ingest(log)
    func values(_ margin: Double, _ discount: Double) throws -> [Double] {
      let snapshot = try store.score {
        $0.value = .regression(
          RegressionScoring(kind: .ridge, horizonDays: 90), margin: margin,
          discountPerYear: discount)
      }
      let clv = snapshot.record["configuration"]?["clv"]
      #expect(clv?["discountPerYear"]?.doubleValue == discount)
      return snapshot.values("clv").map { Double($0)! }
    }
    let plain = try values(1, 0)
    let discounted = try values(0.5, 0.4)
    // Months of 30.4375 days and their rest, by their ends.
    let (month, horizon) = (30.4375, 90.0)
    let factor = { (days: Double) in pow(1.4, -days / 365.25) }
    let mean =
      (month * (factor(month) + factor(2 * month)) + (horizon - 2 * month) * factor(horizon))
      / horizon
    #expect(plain.contains { $0 > 10 } && mean < 0.97)
    for (a, b) in zip(plain, discounted) { #expect(abs(a * 0.5 * mean - b) <= 1e-6 * a) }
  }
}

private func pow(_ base: Double, _ exponent: Double) -> Double {
  Special.exponential(exponent * Special.naturalLog(base))
}
