import Columns
import Kernels

/// How the rows of a chunk get their group numbers.
struct GroupKeys: Sendable {
  let keys: [Bound]
  /// For each key the number of codes (nulls included) and the least code, where all keys have few values:
  /// group numbers are then computed from the codes and need no table.
  let dense: [Domain]?
  /// The columns of bytes, without nulls, that make up group numbers of one byte: what the kernels take.
  let byteColumns: [Int]?

  struct Domain: Sendable {
    let least: Int64
    /// Codes besides null.
    let count: Int
    /// Whether null is a code of its own, the last.
    let hasNull: Bool
    var size: Int { count + (hasNull ? 1 : 0) }
  }

  init(_ keys: [Bound], _ evaluator: Evaluator) {
    self.keys = keys
    let domains = keys.map { GroupKeys.domain($0, evaluator) }
    let tooMany = QueryLimits.denseGroupCountMax + 1
    var product = 1
    for domain in domains {
      product = min(product * min(domain?.size ?? tooMany, tooMany), tooMany)
    }
    // An empty dictionary makes the product 0 whatever the other keys are.
    if domains.contains(where: { $0 == nil }) { product = tooMany }
    dense = product <= QueryLimits.denseGroupCountMax ? domains.map { $0! } : nil
    byteColumns = product <= 256 ? GroupKeys.byteColumns(keys, evaluator) : nil
  }

  /// Refuses groups that would take more memory than a query may hold, before they take it.
  func checkCount(
    _ count: Int, _ aggregates: [Aggregate], _ control: QueryControl
  ) throws(QueryError) {
    let cells = keys.count + 1 + 2 * aggregates.count
    if count * cells > QueryLimits.groupCellCountMax
      || count > control.byteCountMax / GroupKeys.byteCount(ofGroupOf: cells)
    {
      throw QueryError(
        .limit,
        "GROUP BY makes too many groups (\(count) so far) for \(aggregates.count) aggregates; "
          + "group by fewer columns, or ask for fewer aggregates")
    }
  }

  /// What a group takes: its cells in the table and in the result, its hash, slots and places in the order.
  static func byteCount(ofGroupOf cells: Int) -> Int { 16 * (cells + 4) }

  /// Groups of the dense form.
  var denseCount: Int { dense!.reduce(1) { $0 * $1.size } }

  private static func domain(_ key: Bound, _ evaluator: Evaluator) -> Domain? {
    switch key.type {
    case .bool, .null: return Domain(least: 0, count: 2, hasNull: true)
    case .string:
      guard let strings = key.strings, strings.isDistinct,
        strings.table.count <= QueryLimits.denseGroupCountMax
      else { return nil }
      var hasNull = true
      if case .column(let index) = key.node { hasNull = evaluator.columns[index].validity != nil }
      return Domain(least: 0, count: strings.table.count, hasNull: hasNull)
    case .integer, .day:
      guard case .column(let index) = key.node, let bounds = bounds(index, evaluator) else {
        return nil
      }
      let hasNull = evaluator.columns[index].validity != nil
      let count = bounds.upperBound - bounds.lowerBound + 1
      return Domain(least: bounds.lowerBound, count: Int(count), hasNull: hasNull)
    case .decimal, .float: return nil
    }
  }

  /// What the values of a column of at most 32 bits lie between; reading it is cheap beside grouping by it.
  private static func bounds(_ index: Int, _ evaluator: Evaluator) -> ClosedRange<Int64>? {
    let count = evaluator.columns[index].rowCount
    var parts = [ClosedRange<Int64>?](repeating: nil, count: Parallel.chunkCount(of: count))
    parts.withUnsafeMutableBufferPointer { out in
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: count) { chunk, rows in
        switch evaluator.columns[index].values {
        case .uint8(let b): out[chunk] = Compare.bounds(b.slice(rows))
        case .int8(let b): out[chunk] = Compare.bounds(b.slice(rows))
        case .uint16(let b): out[chunk] = Compare.bounds(b.slice(rows))
        case .int16(let b): out[chunk] = Compare.bounds(b.slice(rows))
        case .int32(let b), .day(let b): out[chunk] = Compare.bounds(b.slice(rows))
        default: break
        }
      }
    }
    guard let first = parts.first, let least = first else { return nil }
    return parts.dropFirst().reduce(least) { all, part in
      guard let part else { return all }
      return min(all.lowerBound, part.lowerBound)...max(all.upperBound, part.upperBound)
    }
  }

  private static func byteColumns(_ keys: [Bound], _ evaluator: Evaluator) -> [Int]? {
    var indices: [Int] = []
    for key in keys {
      guard case .column(let index) = key.node, evaluator.columns[index].validity == nil,
        evaluator.bytes(index) != nil
      else { return nil }
      indices.append(index)
    }
    return indices.isEmpty ? nil : indices
  }

  /// A key's values as words that are equal where the keys are; 0 where null.
  static func words(_ vector: Vector) -> [Int64] {
    var words: [Int64]
    switch vector.values {
    case .integers(let values): words = values
    case .floats(let values): words = floatKeys(values)
    case .bits(let bits): words = (0..<vector.count).map { BitWords.bit(bits, $0) ? 1 : 0 }
    }
    if vector.validity != nil {
      for i in words.indices where vector.isNull(i) { words[i] = 0 }
    }
    return words
  }

  /// Words that sort as the floats do.
  static func floatKeys(_ values: [Double]) -> [Int64] {
    values.withUnsafeBufferPointer { values in
      [Int64](count: values.count) { Widen.floatKeys(values, into: $0) }
    }
  }

  /// Adds a key's codes to the group numbers of the dense form, as the next digit.
  static func addDigit(_ vector: Vector, _ domain: Domain, to ids: inout [UInt32]) {
    var words = words(vector)
    if vector.validity != nil {
      let null = domain.least + Int64(domain.count)
      for i in words.indices where vector.isNull(i) { words[i] = null }
    }
    words.withUnsafeBufferPointer { words in
      ids.withUnsafeMutableBufferPointer {
        GroupBy.addDigit(words, least: domain.least, size: domain.size, to: $0)
      }
    }
  }

  /// The key words of a dense group number, and which are null.
  func tuple(ofDense group: Int) -> [Int64] {
    var rest = group
    var tuple = [Int64](repeating: 0, count: keys.count + 1)
    for k in keys.indices.reversed() {
      let domain = dense![k]
      let code = rest % domain.size
      rest /= domain.size
      if code == domain.count {
        tuple[keys.count] |= 1 << Int64(k)
      } else {
        tuple[k] = Int64(code) + domain.least
      }
    }
    return tuple
  }
}

extension Evaluator {
  /// The codes or values of a column of bytes.
  func bytes(_ column: Int) -> AlignedBuffer<UInt8>? {
    switch columns[column].values {
    case .uint8(let buffer), .string(.uint8(let buffer), _): buffer
    default: nil
    }
  }

  /// The values of a column of 64-bit whole numbers.
  func wideIntegers(_ column: Int) -> AlignedBuffer<Int64>? {
    switch columns[column].values {
    case .int64(let buffer), .money(let buffer): buffer
    default: nil
    }
  }
}
