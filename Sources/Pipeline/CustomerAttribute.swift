import Columns
import Kernels

/// What customers are grouped by: an attribute, or a kept column as one.
///
/// Of a kept column each customer's value is that of their latest transaction: of several rows of that day the last
/// in the batch's order counts, and of several batches the later batch.
struct CustomerAttribute {
  /// Rows by customer code; null where no transaction has a value.
  let column: Column
  /// Whether the snapshot has to hold it: an attribute of the customer's own is there anyway.
  let isKept: Bool

  /// An attribute of the customers' own: as it is when it is text, else its values as text.
  init(_ attribute: Column) {
    isKept = false
    if case .string(let codes, let table) = attribute.values {
      let wide = AlignedBuffer<UInt32>(count: codes.count) { out in
        for row in out.indices { out[row] = UInt32(codes[row]) }
      }
      column = Column(attribute.name, .string(.uint32(wide), table), validity: attribute.validity)
      return
    }
    let text = CustomerAttribute.text(of: attribute)
    var codes = [UInt32](repeating: 0, count: attribute.rowCount)
    var values: [String] = []
    var codeByValue: [String: UInt32] = [:]
    for row in codes.indices {
      guard let value = text(row) else { continue }
      let code = codeByValue[value] ?? UInt32(values.count)
      if Int(code) == values.count {
        codeByValue[value] = code
        values.append(value)
      }
      codes[row] = code
    }
    column = CustomerAttribute.column(
      attribute.name, codes, values,
      isKnown: codes.indices.map { !attribute.isNull($0) })
  }

  /// - Parameters:
  ///   - rows: batches in the order in which they came; those without the column say nothing.
  ///   - others: attributes there are besides, for the message when there is no such column.
  init(_ name: String, rows: BatchRanges, asOf: Int32, others: [String] = []) throws {
    isKept = true
    if !rows.extraNames.contains(name) {
      throw PipelineError.unknownAttribute(
        name: name, known: rows.extraNames.union(others).sorted())
    }
    var codes = [UInt32](repeating: 0, count: rows.customerCount)
    var isKnown = [Bool](repeating: false, count: rows.customerCount)
    let values = LatestValues()
    try codes.withUnsafeMutableBufferPointer { codes in
      try isKnown.withUnsafeMutableBufferPointer { isKnown in
        // SAFETY: every range has customers of its own.
        nonisolated(unsafe) let (codes, isKnown) = (codes, isKnown)
        try rows.forEachRange(holding: nil, wantsOrders: false, extra: name) { range, batches in
          values.find(
            in: batches, range, asOf: asOf,
            codes: UnsafeMutableBufferPointer(rebasing: codes[range]),
            isKnown: UnsafeMutableBufferPointer(rebasing: isKnown[range]))
        }
      }
    }
    column = CustomerAttribute.column(name, codes, values.all, isKnown: isKnown)
  }

  private static func column(
    _ name: String, _ codes: [UInt32], _ values: [String], isKnown: [Bool]
  ) -> Column {
    // Values in byte order, so that codes do not depend on who came first.
    let order = values.indices.sorted { values[$0].utf8.lexicographicallyPrecedes(values[$1].utf8) }
    var finalCodes = [UInt32](repeating: 0, count: values.count)
    for (final, code) in order.enumerated() { finalCodes[code] = UInt32(final) }
    return Column(
      name,
      .string(
        .uint32(AlignedBuffer(zip(codes, isKnown).map { $1 ? finalCodes[Int($0)] : 0 })),
        StringTable(order.isEmpty ? [""] : order.map { values[$0] })),
      validity: isKnown.allSatisfy { $0 } ? nil : Bitmap(isKnown))
  }

  /// The value of a row as text; nil where it is null or empty.
  static func text(of column: Column) -> (Int) -> String? {
    { row in
      if column.isNull(row) { return nil }
      switch column.values {
      case .string(let codes, let table):
        let value = table[codes[row]]
        return value.isEmpty ? nil : value
      case .text(let table): return table[row].isEmpty ? nil : table[row]
      case .day(let days): return Day.text(days[row])
      case .money(let amounts): return Money.text(amounts[row])
      case .int8(let values): return String(values[row])
      case .int16(let values): return String(values[row])
      case .int32(let values): return String(values[row])
      case .int64(let values): return String(values[row])
      case .uint8(let values): return String(values[row])
      case .uint16(let values): return String(values[row])
      case .uint32(let values): return String(values[row])
      case .float32(let values): return values[row].description
      case .float64(let values): return values[row].description
      case .bool(let bits): return bits[row] ? "true" : "false"
      }
    }
  }

  /// The column for customers at `rows`, codes in the narrowest type.
  func gathered(_ rows: AlignedBuffer<UInt32>) -> Column {
    guard case .string(.uint32(let codes), let table) = column.values else {
      preconditionFailure("an attribute is a dictionary column")
    }
    let picked = codes.gathered(rows)
    let narrow: DictionaryCodes =
      table.count <= 256
      ? .uint8(AlignedBuffer(picked.pointer.map { UInt8($0) })) : .uint32(picked)
    let validity = column.validity.map { bits in
      Bitmap(count: rows.count) { bits[Int(rows[$0])] }
    }
    return Column(column.name, .string(narrow, table), validity: validity)
  }
}
