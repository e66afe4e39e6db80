import Columns
import Kernels
import Synchronization

/// The values that customers' latest transactions have in a kept column, numbered as they are met.
final class LatestValues: Sendable {
  private struct State {
    var codes: [String: UInt32] = [:]
    var values: [String] = []
  }

  private let state = Mutex(State())

  var all: [String] { state.withLock { $0.values } }

  /// Finds the values of the customers of a range: each one's number, and whether there is one.
  func find(
    in batches: [BatchRanges.Rows], _ range: Range<Int>, asOf: Int32,
    codes: UnsafeMutableBufferPointer<UInt32>, isKnown: UnsafeMutableBufferPointer<Bool>
  ) {
    var days = [Int32](repeating: CustomerSummary.noDay, count: range.count)
    var known: [String: UInt32] = [:]
    for batch in batches {
      guard let (column, firstRow) = batch.extra else { continue }
      let runs = batch.runs
      let text = CustomerAttribute.text(of: column)
      var codeOfEntry = column.entryCount.map { [UInt32?](repeating: nil, count: $0) }
      let low = runs.firstCustomer(withCodeFrom: range.lowerBound)
      let high = runs.firstCustomer(withCodeFrom: range.upperBound)
      for k in low..<max(low, high) {
        let customer = Int(runs.codes[k]) - range.lowerBound
        let rows = Int(runs.starts[k])..<Int(runs.starts[k + 1])
        guard let row = rows.last(where: { runs.days[$0] <= asOf }),
          runs.days[row] >= days[customer]
        else { continue }
        let entry = column.entry(firstRow + row)
        var code = entry.flatMap { codeOfEntry?[$0] }
        if code == nil {
          guard let value = text(firstRow + row) else { continue }
          code = known[value] ?? self.code(of: value)
          known[value] = code
          if let entry { codeOfEntry?[entry] = code }
        }
        days[customer] = runs.days[row]
        codes[customer] = code!
        isKnown[customer] = true
      }
    }
  }

  private func code(of value: String) -> UInt32 {
    state.withLock { state in
      if let code = state.codes[value] { return code }
      let code = UInt32(state.values.count)
      state.codes[value] = code
      state.values.append(value)
      return code
    }
  }
}

extension Column {
  /// Entries of the dictionary; nil where there is none.
  fileprivate var entryCount: Int? {
    if case .string(_, let table) = values { table.count } else { nil }
  }

  /// The dictionary's entry that a row has; nil where it has none.
  fileprivate func entry(_ row: Int) -> Int? {
    guard case .string(let codes, _) = values, !isNull(row) else { return nil }
    return codes[row]
  }
}
