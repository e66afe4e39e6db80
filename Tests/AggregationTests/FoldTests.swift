import Columns
import Kernels
import Testing

@testable import Aggregation

@Suite struct FoldTests {
  private func basis(_ batches: [TransactionTable]) -> CustomerSummary.FoldBasis {
    CustomerSummary.FoldBasis(
      lastDay: batches.flatMap { $0.days.array }.max() ?? CustomerSummary.noDay,
      hasOrderIds: batches.contains { $0.orders != nil })
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `folding equals aggregating everything, for any split`(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    let customers = 2 + random.nextIndex(below: 50)
    let withOrders = random.nextIndex(below: 2) == 0
    let early = OrderLog(
      rowCount: random.nextIndex(below: 400), customers: customers, days: 0...100, random: &random)
    // From clearly later to thoroughly overlapping, with some new customers.
    let start = Int32(random.nextIndex(below: 110))
    let late = OrderLog(
      rowCount: random.nextIndex(below: 200), customers: customers + 5, days: start...130,
      random: &random)
    let oldBatches = early.split(into: 3, random: &random).map { $0.table(withOrders: withOrders) }
    let newBatches = late.split(into: 2, random: &random).map { $0.table(withOrders: withOrders) }
    let previous = try CustomerSummary.aggregate(oldBatches, customerCount: customers, asOf: 100)
    let asOf = 100 + Int32(random.nextIndex(below: 40))
    var asked: [UInt32] = []
    let folded = try CustomerSummary.fold(
      previous, basis: basis(oldBatches), newBatches: newBatches, customerCount: customers + 5,
      asOf: asOf
    ) { codes in
      asked = codes
      return oldBatches + newBatches
    }
    let all = try CustomerSummary.aggregate(
      oldBatches + newBatches, customerCount: customers + 5, asOf: asOf)
    #expect(folded?.rows == all.rows, "seed \(seed)")
    #expect(folded?.asOf == asOf)
    #expect(asked == asked.sorted())
  }

  @Test func `rows are asked for only where they are needed`() throws {
    let old = OrderLog([
      .init(customer: 0, day: 5, amount: 1, order: 1), .init(customer: 1, day: 5, amount: 1),
      .init(customer: 2, day: 5, amount: 1),
    ])
    let new = OrderLog([
      .init(customer: 0, day: 6, amount: 1, order: 1), .init(customer: 1, day: 5, amount: 1),
      .init(customer: 2, day: 4, amount: 1), .init(customer: 3, day: 1, amount: 1, order: 1),
    ])
    let previous = try CustomerSummary.aggregate([old.table()], customerCount: 3, asOf: 5)
    var asked: [UInt32] = []
    let folded = try CustomerSummary.fold(
      previous, basis: basis([old.table()]), newBatches: [new.table()], customerCount: 4, asOf: 6
    ) { codes in
      asked = codes
      return [old.table(), new.table()]
    }
    // 0 repeats an order id, 2 has a late row; 1 bought again on its last day, 3 is new.
    #expect(asked == [0, 2])
    #expect(folded?.orders.array == [1, 2, 2, 1])
    #expect(folded?.purchaseDays.array == [2, 1, 2, 1])
    #expect(folded?.firstDays.array == [5, 5, 4, 1])
  }

  @Test func `a fold that could not be exact is refused`() throws {
    let old = OrderLog([.init(customer: 0, day: 5, amount: 1)]).table()
    let previous = try CustomerSummary.aggregate([old], customerCount: 2, asOf: 4)
    func fold(customers: Int, asOf: Int32, lastDay: Int32) throws -> CustomerSummary? {
      try CustomerSummary.fold(
        previous, basis: .init(lastDay: lastDay, hasOrderIds: false), newBatches: [],
        customerCount: customers, asOf: asOf
      ) { _ in [] }
    }
    #expect(try fold(customers: 2, asOf: 3, lastDay: 4) == nil)
    #expect(try fold(customers: 2, asOf: 6, lastDay: 5) == nil)
    #expect(try fold(customers: 1, asOf: 6, lastDay: 4) == nil)
    #expect(try fold(customers: 2, asOf: 6, lastDay: 4) != nil)
  }
}
