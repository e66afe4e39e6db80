package import Columns
import Kernels

/// One attribute as an ingest leaves it: a value a customer, null where the ingest says nothing.
package struct AttributeColumn: Sendable {
  package let type: AttributeType
  /// Rows by customer, in id order; strings in byte order, each used.
  package let column: Column
  /// 1 = the ingest erases the customer's value; nil where it erases none.
  package let cleared: Bitmap?
  package let quality: ColumnQuality

  package var name: String { column.name }

  init(
    _ rows: ChunkRows, _ customers: CustomerRows, column: Int, name: String,
    reading: ColumnReading, rejects: Int, options: AttributeOptions
  ) throws(IngestError) {
    let values = try RowValues(
      rows, column: column, name: name, reading: reading, options: options)
    let presence = rows.presence(column)
    func pick(_ differ: @Sendable (Int, Int) -> Bool) -> CustomerPick {
      CustomerPick(
        customers, presence: presence, emptyCells: options.emptyCells, differ: differ)
    }
    var quality = ColumnQuality(name: name, type: reading.type, source: reading.source)
    let picked: CustomerPick
    let result: ColumnValues
    switch values {
    case .ints(let values):
      picked = pick { values[$0] != values[$1] }
      let own = picked.gather(values, empty: 0)
      (quality.distinct, quality.range) = Distinct.ints(own, picked.valid)
      result = .int64(own)
    case .floats(let values):
      picked = pick { values[$0] != values[$1] }
      let own = picked.gather(values, empty: 0)
      (quality.distinct, quality.range) = Distinct.floats(own, picked.valid)
      result = .float64(own)
    case .bools(let values):
      picked = pick { values[$0] != values[$1] }
      let own = picked.gather(values, empty: false)
      let bits = Bitmap(count: customers.count) { own[$0] }
      result = .bool(bits)
      let yes = bits.oneCount
      let valueCount = picked.valid.oneCount
      quality.distinct = (yes > 0 ? 1 : 0) + (yes < valueCount ? 1 : 0)
      if valueCount > 0 { quality.range = .bools(yes) }
    case .days(let values):
      picked = pick { values[$0] != values[$1] }
      let own = picked.gather(values, empty: 0)
      (quality.distinct, quality.range) = Distinct.days(own, picked.valid)
      result = .day(own)
    case .strings(let codes, let table):
      picked = pick { codes[$0] != codes[$1] }
      let used = UsedStrings(picked.gather(codes, empty: 0), picked.valid, table)
      (quality.distinct, quality.range) = (used.strings.count, used.range)
      result = .string(used.codes, used.strings)
    }
    quality.values = picked.valid.oneCount
    quality.nulls = customers.count - quality.values
    quality.rejects = rejects
    quality.conflicts = picked.conflicts
    if reading.source == .inferred, reading.type.isString {
      quality.type = AttributeColumn.inferredText(quality)
    }
    type = quality.type
    self.quality = quality
    self.column = Column(
      name, result, validity: quality.nulls == 0 ? nil : picked.valid)
    cleared = picked.cleared.flatMap { $0.oneCount > 0 ? $0 : nil }
  }

  /// Text is a category where it repeats: at most 20 values, or at most 65,536 of which each customer on average
  /// shares one with another.
  static func inferredText(_ quality: ColumnQuality) -> AttributeType {
    let repeats = quality.distinct <= 65_536 && 2 * quality.distinct <= quality.values
    return quality.distinct <= 20 || repeats ? .category : .text
  }
}

/// The strings that are used, with codes that count them only.
struct UsedStrings {
  let codes: DictionaryCodes
  let strings: StringTable
  let range: ColumnQuality.Range

  init(_ codes: AlignedBuffer<UInt32>, _ valid: Bitmap, _ table: StringTable) {
    var counts = [Int](repeating: 0, count: table.count)
    let all = codes.pointer
    for row in all.indices where valid[row] { counts[Int(all[row])] += 1 }
    let used = counts.indices.filter { counts[$0] > 0 }
    range =
      used.isEmpty
      ? .none
      : {
        // The first of the most frequent: strings stand in byte order.
        let code = used.reduce(used[0]) { counts[$1] > counts[$0] ? $1 : $0 }
        return .mostFrequent(UsedStrings.short(table[code]), counts[code])
      }()
    if used.count == table.count {
      strings = table
      self.codes = DictionaryCodes(narrowing: all, dictionaryCount: table.count)
      return
    }
    var final = [UInt32](repeating: 0, count: table.count)
    for (place, code) in used.enumerated() { final[code] = UInt32(place) }
    strings = table.gathered(AlignedBuffer(used.map { UInt32($0) }))
    let compact = AlignedBuffer<UInt32>(count: all.count) { out in
      for row in all.indices { out[row] = valid[row] ? final[Int(all[row])] : 0 }
    }
    self.codes = DictionaryCodes(narrowing: compact.pointer, dictionaryCount: used.count)
  }

  /// A value for reports, which are kept.
  private static func short(_ text: String) -> String {
    let limit = 4 * IngestLimits.quotedCharacterCount
    return text.utf8.count <= limit ? text : text.prefix(IngestLimits.quotedCharacterCount) + "…"
  }
}
