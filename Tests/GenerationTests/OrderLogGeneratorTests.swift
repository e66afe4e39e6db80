import Columns
import JSONText
import Kernels
import Testing

@testable import Generation

@Suite struct OrderLogGeneratorTests {
  private func log(_ options: GeneratorOptions) throws -> GeneratedLog {
    try GeneratedLog(OrderLogGenerator(options))
  }

  @Test func `the same seed gives the same bytes on any number of threads`() throws {
    let options = GeneratorOptions(customers: 70_000, seed: 11, weeks: 8, ordersPerCustomer: 1.2)
    defer { Parallel.setThreadCount(0) }
    var logs: [[UInt8]] = []
    for threads in [1, 2, 5] {
      Parallel.setThreadCount(threads)
      logs.append(try log(options).bytes)
    }
    #expect(logs[0] == logs[1])
    #expect(logs[0] == logs[2])
    var other = options
    other.seed = 12
    #expect(try log(other).bytes != logs[0])
  }

  @Test func `the bytes of a seed never change`() throws {
    let log = try log(GeneratorOptions(customers: 500, seed: 1))
    let start = String(decoding: log.bytes.prefix(54), as: UTF8.self)
    #expect(start == "customer_id,date,amount\nC00000398,2024-01-04,15.53\nC00")
    // FNV-1a: files of this seed are referred to elsewhere, so a change of the stream must be noticed.
    let hash = log.bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(hash == 2_402_663_631_278_416_044)
  }

  @Test func `rows are in order of day, then customer, and every customer has some`() throws {
    let options = GeneratorOptions(customers: 3_000, seed: 5, weeks: 30, ordersPerCustomer: 4)
    let log = try log(options)
    let rows = try log.rows()
    #expect(rows.count == log.report.rows)
    #expect(log.bytes.count == log.report.byteCount)
    #expect(rows.reduce(0) { $0 + $1.cents } == log.report.totalCents)
    #expect(Set(rows.map(\.customer)) == Set(1...3_000))
    #expect(
      zip(rows, rows.dropFirst()).allSatisfy { ($0.day, $0.customer) <= ($1.day, $1.customer) })
    #expect(rows.first!.day == options.firstDay)
    #expect(rows.last!.day == options.firstDay + 30 * 7 - 1)
    #expect(rows.allSatisfy { $0.cents >= 1 })
  }

  /// Mean and standard error of a customer's number.
  private func mean(_ values: [Double]) -> (mean: Double, error: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return (mean, (variance / count).squareRoot())
  }

  @Test(arguments: GeneratorOptions.Dropout.allCases)
  func `orders and amounts have the moments of theory`(dropout: GeneratorOptions.Dropout) throws {
    // q = 6 keeps the variance of mean spend finite, so that the standard error means something.
    var options = GeneratorOptions(
      customers: 10_000, seed: 21, weeks: 52, ordersPerCustomer: 3, dropout: dropout,
      spend: GeneratorOptions.Spend(p: 2, q: 6, gamma: 100))
    if dropout == .afterAny { options.purchases = .init(r: 0.8, a: 0.8, b: 4) }
    let generator = try OrderLogGenerator(options)
    let rows = try GeneratedLog(generator).rows()
    var orders = [Double](repeating: 0, count: options.customers)
    var spent = [Double](repeating: 0, count: options.customers)
    for row in rows {
      orders[row.customer - 1] += 1
      spent[row.customer - 1] += Double(row.cents) / 100
    }
    let (meanOrders, orderError) = mean(orders)
    #expect(abs(generator.expectedOrdersPerCustomer - 3) < 1e-9)
    #expect(abs(meanOrders - 3) < 4 * orderError, "\(meanOrders) ± \(orderError)")
    let (meanSpend, spendError) = mean(zip(spent, orders).map { $0 / $1 })
    #expect(abs(meanSpend - options.spend.mean) < 4 * spendError, "\(meanSpend) ± \(spendError)")
    // No repeat within t: (α/(α + t))ʳ, and its mean over t uniform on the log; with a dropout after the first
    // purchase E p = a/(a + b) of the others stop too.
    let (r, weeks) = (options.purchases.r, 52.0)
    let y = weeks / generator.alpha
    var single = (PortableMath.power(1 + y, 1 - r) - 1) / (1 - r) / y
    if dropout == .afterAny {
      single += (1 - single) * options.purchases.a / (options.purchases.a + options.purchases.b)
    }
    let (share, shareError) = mean(orders.map { $0 == 1 ? 1 : 0 })
    #expect(abs(share - single) < 4 * shareError, "\(share) ± \(shareError), theory \(single)")
  }

  @Test func `first purchases are spread evenly over the log`() throws {
    let options = GeneratorOptions(customers: 10_000, seed: 3, weeks: 10, ordersPerCustomer: 2)
    var firsts: [Int: Int32] = [:]
    for row in try log(options).rows() where firsts[row.customer] == nil {
      firsts[row.customer] = row.day - options.firstDay
    }
    var weeks = [Int](repeating: 0, count: 10)
    for day in firsts.values { weeks[Int(day) / 7] += 1 }
    // Binomial: 1,000 ± 30.
    #expect(weeks.allSatisfy { abs($0 - 1_000) < 150 }, "\(weeks)")
  }

  @Test func `a given alpha is taken as it is`() throws {
    var options = GeneratorOptions(customers: 100, seed: 3)
    options.purchases.alpha = 5
    let generator = try OrderLogGenerator(options)
    #expect(generator.alpha == 5)
    // E(X) of BG/NBD over uniform ages by Monte Carlo with other random numbers.
    var random = VariateStream(seed: 99, stream: 0)
    let (rate, a, b) = (
      GammaSampler(shape: options.purchases.r), GammaSampler(shape: options.purchases.a),
      GammaSampler(shape: options.purchases.b)
    )
    let draws = (0..<40_000).map { _ in
      let (lambda, p, t) = (random.gamma(rate) / 5, random.beta(a, b), random.unit() * 104)
      return p > 1e-9 ? 1 + (1 - PortableMath.exp(-lambda * p * t)) / p : 1 + lambda * t
    }
    let (expected, error) = mean(draws)
    #expect(abs(generator.expectedOrdersPerCustomer - expected) < 4 * error)
  }

  @Test func `the mean over dropout probabilities holds for narrow and wide distributions`() {
    // A dropout probability that hardly varies: the mean is that of p = 1/11.
    var options = GeneratorOptions(
      customers: 1, seed: 1, purchases: .init(r: 2, alpha: 3, a: 900, b: 9_000))
    let p = 1.0 / 11
    let y = p * 104 / 3
    // r = 2: the mean of (1 + pt/α)⁻² is 1/(1 + y).
    let narrow = 1 + (1 - 1 / (1 + y)) / p
    #expect(abs(ExpectedOrders.mean(options, alpha: 3) / narrow - 1) < 1e-3)
    // Half the customers drop out at once, half never do: one repeat, or r/α a week.
    options.purchases = .init(r: 2, alpha: 3, a: 0.01, b: 0.01)
    let once = 1 - 1 / (1 + 104.0 / 3)
    let wide = 1 + once / 2 + 2.0 / 3 * 52 / 2
    #expect(abs(ExpectedOrders.mean(options, alpha: 3) / wide - 1) < 0.05)
  }

  @Test func `the true parameters are written down`() throws {
    let generator = try OrderLogGenerator(GeneratorOptions(customers: 50, seed: .max, weeks: 4))
    let report = try GeneratedLog(generator).report
    let json = try JSON.parse(generator.json(report).prettyText)
    #expect(json["seed"]?.stringValue == "18446744073709551615")
    #expect(json["purchases"]?["alpha"]?.doubleValue == generator.alpha)
    #expect(json["rows"]?.intValue == report.rows)
    #expect(json["last_day"]?.stringValue == "2024-01-28")
    #expect(json["spend"]?["gamma"]?.doubleValue == 15.44)
  }

  @Test func `options out of range are refused and odd ones survive`() throws {
    func options(_ change: (inout GeneratorOptions) -> Void) -> GeneratorOptions {
      var options = GeneratorOptions(customers: 20, seed: 1, weeks: 5)
      change(&options)
      return options
    }
    for bad in [
      options { $0.customers = -1 }, options { $0.customers = 100_000_000 },
      options { $0.weeks = 0 }, options { $0.ordersPerCustomer = 1 },
      options { $0.ordersPerCustomer = .nan }, options { $0.purchases.a = -1 },
      options { $0.spend.q = .infinity }, options { $0.firstDay = .max },
      options {
        $0.customers = 90_000_000
        $0.ordersPerCustomer = 100
      },
    ] {
      #expect(throws: GeneratorError.self) { try OrderLogGenerator(bad) }
    }
    // Everybody drops out at once, so ten orders a customer cannot be reached.
    #expect(throws: GeneratorError.unreachable(ordersPerCustomer: 10)) {
      try OrderLogGenerator(options { $0.purchases = .init(r: 1, a: 1e4, b: 1e-2) })
    }
    for odd in [
      options { $0.customers = 0 },
      options { $0.spend = .init(p: 1e-2, q: 1e-2, gamma: 1e6) },
      options { $0.purchases = .init(r: 1e-2, alpha: 1e6, a: 1e-2, b: 1e-2) },
      options { $0.purchases = .init(r: 1, a: 1e-2, b: 1e4) },
    ] {
      let log = try log(odd)
      #expect(try log.rows().count == log.report.rows)
    }
  }

  @Test func `a descriptor that cannot be written to is an error`() throws {
    let generator = try OrderLogGenerator(GeneratorOptions(customers: 5, seed: 1))
    #expect(throws: GeneratorError.self) { try generator.write(to: -1) }
  }
}
