import Kernels

/// Ids and decimals from many places of a file, read roughly: rows cut at newlines, fields at delimiters. A wrong
/// guess costs speed only.
struct FileSample {
  private(set) var ids: [[UInt8]] = []
  /// Decimals of the amounts seen, at most 4.
  private(set) var decimalCount = 0

  /// Many places of few rows each: logs often stand in id order within a day, and one place then says as much
  /// about the ids as one row. Small files have fewer.
  static let placeCount = 512
  static let placeByteCount = 512
  static let idCount = 16_384

  /// Samples a source from `start` on: all over a file, the window of a stream.
  mutating func add(_ source: InputSource, plan: FilePlan, from start: Int) throws(IngestError) {
    let end = source.knownEnd
    let byteCount = end - start
    if byteCount <= 0 { return }
    if byteCount <= Self.placeCount / 8 * Self.placeByteCount {
      try add(source, plan, start..<end, startsRow: true)
      return
    }
    let placeCount = min(Self.placeCount, max(Self.placeCount / 8, byteCount >> 14))
    for place in 0..<placeCount {
      let first = start + byteCount / placeCount * place
      try add(source, plan, first..<min(end, first + Self.placeByteCount), startsRow: place == 0)
    }
  }

  private mutating func add(
    _ source: InputSource, _ plan: FilePlan, _ range: Range<Int>, startsRow: Bool
  ) throws(IngestError) {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var read = 0
    var failure: IngestError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(IngestError) {
        read = try source.read(
          at: range.lowerBound, into: buffer.baseAddress!, byteCount: range.count)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    let newline = plan.syntax.newline
    var i = 0
    if !startsRow {
      while i < read, bytes[i] != newline { i += 1 }
      i += 1
    }
    while i < read, ids.count < Self.idCount {
      var end = i
      var field = 0
      var fieldStart = i
      var id: Range<Int>?
      var amount: Range<Int>?
      while end < read, bytes[end] != newline {
        if bytes[end] == plan.syntax.delimiter {
          note(field, fieldStart..<end, plan, &id, &amount)
          field += 1
          fieldStart = end + 1
        }
        end += 1
      }
      if end == read { break }
      note(field, fieldStart..<end, plan, &id, &amount)
      if let id { keep(bytes[id]) }
      if let amount, let point = bytes[amount].firstIndex(of: plan.amounts.decimal) {
        let digits = bytes[(point + 1)..<amount.upperBound].prefix { $0 &- 0x30 <= 9 }
        decimalCount = max(decimalCount, min(4, digits.count))
      }
      i = end + 1
    }
  }

  private func note(
    _ field: Int, _ range: Range<Int>, _ plan: FilePlan, _ id: inout Range<Int>?,
    _ amount: inout Range<Int>?
  ) {
    if field == plan.columns.customer { id = range }
    if field == plan.columns.amount { amount = range }
  }

  private mutating func keep(_ field: ArraySlice<UInt8>) {
    var id = field
    while id.last == 0x0D || id.last == 0x22 { id.removeLast() }
    while id.first == 0x22 { id.removeFirst() }
    if !id.isEmpty, !id.contains(0) { ids.append(Array(id.prefix(64))) }
  }
}
