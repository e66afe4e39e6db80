import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
    let (strings, final) = all.distinct()
    self.strings = strings
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
  /// The distinct strings in byte order, and the place there of each of these.
  package func distinct() -> (strings: StringTable, codes: [UInt32]) {
    let order = byteOrder()
    var codes = [UInt32](repeating: 0, count: count)
    var kept: [UInt32] = []
    for place in 0..<count {
      let string = Int(order.base[place])
      if place == 0 || !isEqual(Int(order.base[place - 1]), string) { kept.append(UInt32(string)) }
      codes[string] = UInt32(kept.count - 1)
    }
    return (kept.count == count ? gathered(order) : gathered(AlignedBuffer(kept)), codes)
  }

  private func isEqual(_ a: Int, _ b: Int) -> Bool {
    let (left, right) = (utf8(at: a), utf8(at: b))
    return left.count == right.count
      && (left.count == 0 || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0)
  }

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
