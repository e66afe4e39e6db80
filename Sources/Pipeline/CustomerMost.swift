import Columns
import JSONText
import Kernels
import Storage
import Synchronization

/// What the rows of one customer come to at most, whichever customer it is.
///
/// A summary has 64 bits for a customer's net total and 32 for the number of orders. Amounts are bounded with all
/// of them taken as positive: then every part of a customer's rows fits too, as of an earlier date, within a
/// window, or without a batch that was removed.
///
/// Every batch records this bound for the store with it, so that a night adds the new rows' own sum to one number.
/// Only where that may pass the limit are customers added up one by one; the bound is then what was found.
struct CustomerMost: Sendable, Equatable {
  /// Σ |amount| in units of 10⁻⁴.
  var magnitude: UInt128
  var rowCount: Int

  static let none = CustomerMost(magnitude: 0, rowCount: 0)
  /// What a summary can hold.
  static let limit = CustomerMost(magnitude: UInt128(Int64.max), rowCount: Int(Int32.max))

  func fits(_ limit: CustomerMost) -> Bool {
    magnitude <= limit.magnitude && rowCount <= limit.rowCount
  }

  static func + (a: CustomerMost, b: CustomerMost) -> CustomerMost {
    CustomerMost(magnitude: a.magnitude + b.magnitude, rowCount: a.rowCount + b.rowCount)
  }

  /// Of both, whichever is more.
  func union(_ other: CustomerMost) -> CustomerMost {
    CustomerMost(
      magnitude: max(magnitude, other.magnitude), rowCount: max(rowCount, other.rowCount))
  }
}

extension CustomerMost {
  static let memberName = "mostOfACustomer"

  /// As a batch's record has it.
  var json: JSON {
    ["magnitude": .integer(Int64(clamping: magnitude)), "rows": JSON(rowCount)]
  }

  init?(_ json: JSON?) {
    guard let magnitude = json?["magnitude"]?.integerValue, magnitude >= 0,
      let rowCount = json?["rows"]?.intValue, rowCount >= 0
    else { return nil }
    self.init(magnitude: UInt128(magnitude), rowCount: rowCount)
  }
}

extension Store {
  /// The bound for all batches: as the last one says, else by the bounds of all batches' blocks.
  func customerMost() throws(StorageError) -> CustomerMost {
    guard let last = manifest.batches.last else { return .none }
    let record = try batchRecord(last)["ingest"]
    if let most = CustomerMost(record?[CustomerMost.memberName]) { return most }
    var most = CustomerMost.none
    for entry in manifest.batches {
      most =
        most
        + CustomerMost(magnitude: try amountMagnitudeBound(entry), rowCount: entry.rowCount)
    }
    return most
  }
}

/// All customers added up one by one: one pass over all rows.
struct CustomerSums {
  /// What the largest has.
  let most: CustomerMost
  /// Codes of those past the limit, rising.
  let past: [UInt32]

  init(_ source: any TransactionSource, limit: CustomerMost) throws {
    let found = Mutex((most: CustomerMost.none, past: [UInt32]()))
    let isMalformed = Atomic(false)
    try source.forEachRange { codes, rows in
      guard let sums = CustomerSums.sums(codes, rows) else {
        isMalformed.store(true, ordering: .relaxed)
        return
      }
      let most = sums.reduce(CustomerMost.none) { $0.union($1) }
      let past = sums.indices.filter { !sums[$0].fits(limit) }.map {
        UInt32(codes.lowerBound + $0)
      }
      found.withLock { found in
        found.most = found.most.union(most)
        found.past += past
      }
    }
    if isMalformed.load(ordering: .relaxed) {
      throw PipelineError.malformedRows
    }
    most = found.withLock { $0.most }
    past = found.withLock { $0.past.sorted() }
  }

  /// Of each customer of a range; nil where rows contradict themselves.
  private static func sums(_ codes: Range<Int>, _ rows: [TransactionRuns]) -> [CustomerMost]? {
    var sums = [CustomerMost](repeating: .none, count: codes.count)
    for runs in rows {
      let low = runs.firstCustomer(withCodeFrom: codes.lowerBound)
      let high = runs.firstCustomer(withCodeFrom: codes.upperBound)
      for k in low..<max(low, high) {
        let code = Int(runs.codes[k])
        let (start, end) = (Int(runs.starts[k]), Int(runs.starts[k + 1]))
        guard codes.contains(code), start <= end, end <= runs.amounts.count else { return nil }
        var magnitude: UInt128 = 0
        for row in start..<end { magnitude += UInt128(runs.amounts[row].magnitude) }
        let own = CustomerMost(magnitude: magnitude, rowCount: end - start)
        sums[code - codes.lowerBound] = sums[code - codes.lowerBound] + own
      }
    }
    return sums
  }

  /// Those of some codes that have rows, rising.
  static func having(_ codes: [UInt32], in source: any TransactionSource) throws -> [UInt32] {
    if codes.isEmpty { return [] }
    let found = Mutex<[UInt32]>([])
    try source.forEachRange(holding: codes) { range, rows in
      for place in codes.places(of: range) {
        let isThere = rows.contains { runs in
          let k = runs.firstCustomer(withCodeFrom: Int(codes[place]))
          return k < runs.codes.count && runs.codes[k] == codes[place]
        }
        if isThere { found.withLock { $0.append(codes[place]) } }
      }
    }
    return found.withLock { $0.sorted() }
  }
}
