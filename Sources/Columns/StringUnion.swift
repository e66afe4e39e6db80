import Kernels

/// The strings of several dictionary columns as one dictionary in byte order.
package struct StringUnion: Sendable {
  package let strings: StringTable
  /// By column, the code here of each of its own codes.
  package let codes: [[UInt32]]

  /// Columns that are no dictionary columns are passed over: `codes` has one entry for each of the others.
  package init(_ columns: [Column]) {
    var tables: [StringTable] = []
    for column in columns {
      if case .string(_, let table) = column.values { tables.append(table) }
    }
    let all =
      tables.isEmpty ? StringTable([]) : tables.dropFirst().reduce(tables[0]) { $0.appending($1) }
    let order = all.byteOrder()
    var final = [UInt32](repeating: 0, count: all.count)
    var kept: [UInt32] = []
    for (place, string) in order.pointer.enumerated() {
      let isNew =
        place == 0 || !all.utf8(at: Int(order[place - 1])).elementsEqual(all.utf8(at: Int(string)))
      if isNew { kept.append(string) }
      final[Int(string)] = UInt32(kept.count - 1)
    }
    strings = all.gathered(AlignedBuffer(kept))
    var codes: [[UInt32]] = []
    var start = 0
    for table in tables {
      codes.append(Array(final[start..<start + table.count]))
      start += table.count
    }
    self.codes = codes
  }
}

extension StringTable {
  /// Indices of the strings in byte order; equal ones in rising index.
  package func byteOrder() -> AlignedBuffer<UInt32> {
    AlignedBuffer(count: count) { order in
      sortStrings(
        bytes.pointer.baseAddress!, offsets: offsets.pointer.baseAddress!, count: count,
        order: order.baseAddress!)
    }
  }
}

extension Column {
  /// A dictionary column whose dictionary has only strings that some row has; another column as it is.
  package func usingOwnStrings() -> Column {
    guard case .string(let codes, let table) = values else { return self }
    var isUsed = [Bool](repeating: false, count: table.count)
    for row in 0..<rowCount where !isNull(row) { isUsed[codes[row]] = true }
    if isUsed.allSatisfy({ $0 }) { return self }
    let kept = isUsed.indices.filter { isUsed[$0] }
    var final = [UInt32](repeating: 0, count: table.count)
    for (place, code) in kept.enumerated() { final[code] = UInt32(place) }
    let own = AlignedBuffer<UInt32>(count: rowCount) { out in
      for row in out.indices { out[row] = isNull(row) ? 0 : final[codes[row]] }
    }
    return Column(
      name,
      .string(
        DictionaryCodes(narrowing: own.pointer, dictionaryCount: kept.count),
        table.gathered(AlignedBuffer(kept.map { UInt32($0) }))), validity: validity)
  }
}
