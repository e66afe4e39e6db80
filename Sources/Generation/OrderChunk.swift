import Columns

/// The orders of up to 65,536 consecutive customers, by day, and within a day by customer.
struct OrderChunk: Sendable {
  static let customerCount = 65_536

  let firstCustomer: Int
  /// Rows of day d: `dayStarts[d]..<dayStarts[d + 1]`.
  let dayStarts: [UInt32]
  /// Customers, counted from `firstCustomer`.
  let customers: AlignedBuffer<UInt16>
  let cents: AlignedBuffer<UInt32>

  /// Simulates the customers one after the other and sorts their orders by day, keeping the rest of the order.
  init(customers range: Range<Int>, _ model: PurchaseModel) {
    var draft = Draft()
    for customer in range {
      model.simulate(customer, local: UInt16(customer - range.lowerBound), into: &draft)
    }
    var starts = [UInt32](repeating: 0, count: model.dayCount + 1)
    for day in draft.days { starts[Int(day) + 1] += 1 }
    for day in 0..<model.dayCount { starts[day + 1] += starts[day] }
    var cursors = starts
    var order = [UInt32](repeating: 0, count: draft.days.count)
    for (row, day) in draft.days.enumerated() {
      order[Int(cursors[Int(day)])] = UInt32(row)
      cursors[Int(day)] += 1
    }
    firstCustomer = range.lowerBound
    dayStarts = starts
    customers = AlignedBuffer<UInt16>(count: order.count) { output in
      for (place, row) in order.enumerated() { output[place] = draft.customers[Int(row)] }
    }
    cents = AlignedBuffer<UInt32>(count: order.count) { output in
      for (place, row) in order.enumerated() { output[place] = draft.cents[Int(row)] }
    }
  }

  var rowCount: Int { cents.count }

  /// Orders in the order they are drawn: customer by customer.
  struct Draft {
    var days: [UInt16] = []
    var customers: [UInt16] = []
    var cents: [UInt32] = []

    mutating func append(day: Int, customer: UInt16, cents amount: UInt32) {
      days.append(UInt16(day))
      customers.append(customer)
      cents.append(amount)
    }
  }
}

/// The purchase and spend process with all constants worked out.
struct PurchaseModel: Sendable {
  let seed: UInt64
  let dayCount: Int
  let dropout: GeneratorOptions.Dropout
  let alpha: Double
  let gamma: Double
  let rate: GammaSampler
  let dropoutA: GammaSampler
  let dropoutB: GammaSampler
  let amount: GammaSampler
  let amountRate: GammaSampler

  init(_ options: GeneratorOptions, alpha: Double) {
    seed = options.seed
    dayCount = options.dayCount
    dropout = options.dropout
    self.alpha = alpha
    gamma = options.spend.gamma
    rate = GammaSampler(shape: options.purchases.r)
    dropoutA = GammaSampler(shape: options.purchases.a)
    dropoutB = GammaSampler(shape: options.purchases.b)
    amount = GammaSampler(shape: options.spend.p)
    amountRate = GammaSampler(shape: options.spend.q)
  }

  /// Appends the orders of one customer, rising in time.
  func simulate(_ customer: Int, local: UInt16, into draft: inout OrderChunk.Draft) {
    var random = VariateStream(seed: seed, stream: UInt64(customer))
    let end = Double(dayCount)
    var time = random.unit() * end
    let ordersPerDay = random.gamma(rate) / alpha / 7
    let dropoutProbability = random.beta(dropoutA, dropoutB)
    let amountRate = random.gamma(amountRate) / gamma
    var isAlive = true
    for order in 0..<GeneratorLimits.rowsPerCustomer {
      let spent = (random.gamma(amount) / amountRate * 100).rounded()
      draft.append(
        day: min(Int(time), dayCount - 1), customer: local,
        cents: spent > 1 ? UInt32(min(spent, GeneratorLimits.cents)) : 1)
      switch dropout {
      case .never: break
      case .afterAny: isAlive = random.unit() >= dropoutProbability
      case .afterRepeat: isAlive = order == 0 || random.unit() >= dropoutProbability
      }
      if !isAlive { return }
      time += random.exponential() / ordersPerDay
      // Written so that NaN and infinity (a rate of 0) end the customer too.
      if !(time < end) { return }
    }
  }
}
