import CXXHash
import Kernels

/// Parses any row: quotes, every date and amount format, filters, order ids and kept columns. One a worker.
final class RowParser {
  private let plan: FilePlan
  private let finder: PartitionFinder
  private var caches: [KeptValueCache]
  private let scratch: UnsafeMutablePointer<UInt8>
  private var scratchByteCount = 0
  private let fixed: UnsafeMutablePointer<UInt64>
  private let idWords: UnsafeMutablePointer<UInt64>

  private static let scratchCapacity = IngestLimits.rowByteCount + 64
  private static let idWordCapacity = IngestLimits.customerIDByteCount / 8 + 1

  init(plan: FilePlan, finder: PartitionFinder, kept: KeptValues) {
    self.plan = plan
    self.finder = finder
    caches = plan.columns.kept.indices.map { KeptValueCache(shared: kept, column: $0) }
    // Only the pages that are written to are ever backed by memory.
    scratch = .allocate(capacity: RowParser.scratchCapacity)
    fixed = .allocate(capacity: plan.fixedWordCount)
    idWords = .allocate(capacity: RowParser.idWordCapacity)
  }

  deinit {
    scratch.deallocate()
    fixed.deallocate()
    idWords.deallocate()
  }

  /// Why a row is not taken.
  struct Problem {
    var column: Int?
    var reason: String
  }

  /// A row as the scan left it: its fields end at `ends[0]`, `ends[1]`, …, and start after `ends[-1]`, ….
  struct Row {
    var text: UnsafePointer<UInt8>
    var ends: UnsafePointer<UInt32>
    var fieldCount: Int

    var start: Int { Int(ends[-1]) + 1 }
    /// Before the newline, and before the CR in front of it.
    var end: Int {
      let end = Int(ends[fieldCount - 1])
      return end > Int(ends[fieldCount - 2]) + 1 && text[end - 1] == 0x0D ? end - 1 : end
    }
    func bytes(_ field: Int) -> UnsafeBufferPointer<UInt8> {
      let start = Int(ends[field - 1]) + 1
      let end = field == fieldCount - 1 ? self.end : Int(ends[field])
      return UnsafeBufferPointer(start: text + start, count: end - start)
    }
    var isBlank: Bool { fieldCount == 1 && end == start }
  }

  /// Takes a row to its partition, or counts it as what else it is; the problem when it is a reject.
  func take(_ row: Row, into output: TaskOutput) -> Problem? {
    if row.isBlank {
      output.counts.blankLines += 1
      return nil
    }
    let problem = parse(row, into: output)
    if problem != nil { output.counts.rejected += 1 }
    return problem
  }

  private func parse(_ row: Row, into output: TaskOutput) -> Problem? {
    guard row.fieldCount == plan.header.count else {
      return Problem(
        reason: "the row has \(row.fieldCount) fields, the header has \(plan.header.count)")
    }
    for filter in plan.columns.filters {
      guard let value = value(of: row.bytes(filter.column)) else {
        return textAfterQuote(filter.column)
      }
      if !value.elementsEqual(filter.value) {
        output.counts.filtered += 1
        return nil
      }
    }
    // The id.
    guard let id = value(of: row.bytes(plan.columns.customer)) else {
      return textAfterQuote(plan.columns.customer)
    }
    if let reason = Self.reasonAgainst(id: id) {
      return Problem(column: plan.columns.customer, reason: reason)
    }
    let idWordCount = load(id: id)
    // Day and amount.
    guard let dateText = value(of: row.bytes(plan.columns.date)) else {
      return textAfterQuote(plan.columns.date)
    }
    let date = plan.dates.parse(dateText)
    guard case .day(let day) = date else {
      return problem(plan.columns.date, date.problem!, dateText)
    }
    guard let amountText = value(of: row.bytes(plan.columns.amount)) else {
      return textAfterQuote(plan.columns.amount)
    }
    let amount = plan.amounts.parse(amountText)
    guard case .units(let units, let isRounded) = amount else {
      return problem(plan.columns.amount, amount.problem!, amountText)
    }
    fixed[0] = TransactionRecord.header(day: day, idWordCount: idWordCount)
    fixed[1] = UInt64(bitPattern: units)
    if let problem = loadOrderAndExtras(row) { return problem }
    if plan.dropsReturns && units < 0 {
      output.counts.filtered += 1
      output.counts.returnsDropped += 1
      return nil
    }
    if isRounded { output.counts.rounded += 1 }
    output.counts.accepted += 1
    output.append(
      partition: finder.partition(idWords, count: idWordCount),
      fixed: UnsafeBufferPointer(start: fixed, count: plan.fixedWordCount),
      id: UnsafeBufferPointer(start: idWords, count: idWordCount))
    return nil
  }

  private func loadOrderAndExtras(_ row: Row) -> Problem? {
    var word = 2
    if let order = plan.columns.order {
      guard let text = value(of: row.bytes(order)) else { return textAfterQuote(order) }
      // 0 says that a row has no order id.
      fixed[word] =
        text.isEmpty ? 0 : max(1, XXH3_64bits(UnsafeRawPointer(text.baseAddress), text.count))
      word += 1
    }
    for (index, column) in plan.columns.kept.enumerated() {
      guard let text = value(of: row.bytes(column)) else { return textAfterQuote(column) }
      if text.count > IngestLimits.keptValueByteCount {
        return Problem(
          column: column,
          reason: "the value is longer than \(IngestLimits.keptValueByteCount) bytes")
      }
      if !isValidUTF8(text) { return Problem(column: column, reason: "not valid UTF-8") }
      let code = UInt64(caches[index].code(of: text))
      if index % 2 == 0 {
        fixed[word + index / 2] = code << 32
      } else {
        fixed[word + index / 2] |= code
      }
    }
    return nil
  }

  /// Writes the id as big-endian words and says how many.
  private func load(id: UnsafeBufferPointer<UInt8>) -> Int {
    let count = (id.count + 7) / 8
    idWords[count - 1] = 0
    UnsafeMutableRawPointer(idWords).copyMemory(from: id.baseAddress!, byteCount: id.count)
    for i in 0..<count { idWords[i] = idWords[i].bigEndian }
    return count
  }

  /// What keeps bytes from being a customer id.
  static func reasonAgainst(id: UnsafeBufferPointer<UInt8>) -> String? {
    if id.isEmpty { return "the customer id is empty" }
    if id.count > IngestLimits.customerIDByteCount {
      return "the customer id is longer than \(IngestLimits.customerIDByteCount) bytes"
    }
    if id.contains(0) { return "the customer id contains a NUL" }
    return isValidUTF8(id) ? nil : "the customer id is not valid UTF-8"
  }

  private func problem(
    _ column: Int, _ reason: String, _ found: UnsafeBufferPointer<UInt8>
  ) -> Problem {
    Problem(column: column, reason: found.isEmpty ? reason : "\(reason): \(quoted(found))")
  }

  private func textAfterQuote(_ column: Int) -> Problem {
    Problem(column: column, reason: "text after the closing quote")
  }

  /// A field's value: as it stands, or without its quotes; nil when text follows the closing quote. Valid
  /// until the next call.
  private func value(of field: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    guard field.first == 0x22 else { return field }
    var count = 0
    var i = 1
    var isSlice = true
    while i < field.count {
      if field[i] == 0x22 {
        if i == field.count - 1 {
          return isSlice
            ? UnsafeBufferPointer(rebasing: field[1..<i])
            : UnsafeBufferPointer(start: scratch, count: count)
        }
        guard field[i + 1] == 0x22 else { return nil }
        if isSlice {
          isSlice = false
          scratch.update(from: field.baseAddress! + 1, count: i - 1)
        }
        i += 1
      }
      if !isSlice { scratch[count] = field[i] }
      count += 1
      i += 1
    }
    return nil
  }
}
