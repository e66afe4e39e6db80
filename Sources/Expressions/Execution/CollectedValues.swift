import Kernels

/// Values that are kept until the end, with their groups, chunk by chunk: what median, quantile and
/// count(DISTINCT …) work on.
struct CollectedValues {
  /// What one chunk collected.
  struct Part {
    var words: [Int64] = []
    /// Group numbers; nil where there is one group.
    var groups: [UInt32]?
  }

  private(set) var parts: [Part] = []
  /// Memory of the values and their groups, in bytes.
  private(set) var byteCount = 0

  /// Adds a batch to the chunk that is being read.
  mutating func append(_ words: [Int64], _ groups: [UInt32]?) {
    if parts.isEmpty {
      parts.append(Part())
      if groups != nil { parts[0].groups = [] }
    }
    parts[0].words.append(contentsOf: words)
    if let groups { parts[0].groups!.append(contentsOf: groups) }
  }

  /// Adds a finished chunk; `numbers[g]` is the number here of the chunk's group g.
  mutating func merge(_ other: CollectedValues, _ numbers: [UInt32], isSameNumbers: Bool) {
    for part in other.parts {
      // Exact copies: what was left free for more values of the chunk is not kept.
      let words = part.words.withUnsafeBufferPointer { Array($0) }
      var groups: [UInt32]?
      if let own = part.groups {
        groups =
          isSameNumbers
          ? own.withUnsafeBufferPointer { Array($0) } : own.map { numbers[Int($0)] }
      }
      byteCount += words.count * 8 + (groups?.count ?? 0) * 4
      parts.append(Part(words: words, groups: groups))
    }
  }

  /// Places of values of each part and group that are kept at a time; past it parts go one after the other.
  private static let placeCountMax = 128 << 10

  /// All values, those of a group side by side in the order of rows, and where each group's begin.
  ///
  /// - Parameter counts: values of each group.
  mutating func grouped(
    _ counts: [Int64], _ control: QueryControl
  ) throws(QueryError) -> (words: GroupedWords, starts: [Int]) {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for count in counts { starts.append(starts[starts.count - 1] + Int(count)) }
    let words = GroupedWords(count: starts[starts.count - 1])
    let parts = parts
    self.parts = []
    if parts.count * counts.count > Self.placeCountMax {
      var next = Array(starts.dropLast())
      for part in parts {
        try control.check()
        part.words.withUnsafeBufferPointer { values in
          part.groups!.withUnsafeBufferPointer { groups in
            next.withUnsafeMutableBufferPointer { words.put(values, groups, places: $0) }
          }
        }
      }
      return (words, starts)
    }
    let places = try Self.places(parts, starts, control)
    Parallel.perform(parts.count) { i in
      var place = places[i]
      let part = parts[i]
      part.words.withUnsafeBufferPointer { values in
        guard let groups = part.groups else {
          words.put(values, at: place[0])
          return
        }
        place.withUnsafeMutableBufferPointer { place in
          groups.withUnsafeBufferPointer { words.put(values, $0, places: place) }
        }
      }
    }
    return (words, starts)
  }

  /// For each part the place of the first value of each group.
  private static func places(
    _ parts: [Part], _ starts: [Int], _ control: QueryControl
  ) throws(QueryError) -> [[Int]] {
    var next = Array(starts.dropLast())
    return try parts.map { (part) throws(QueryError) in
      try control.check()
      let own = next
      if let groups = part.groups {
        for group in groups { next[Int(group)] += 1 }
      } else {
        next[0] += part.words.count
      }
      return own
    }
  }
}

/// Owned memory for all values of an aggregate, for selecting and sorting in place.
final class GroupedWords: @unchecked Sendable {
  // SAFETY: tasks write ranges that do not overlap; freed with the object.
  private let base: UnsafeMutablePointer<Int64>
  let count: Int

  init(count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
  }

  deinit { base.deallocate() }

  func put(_ values: UnsafeBufferPointer<Int64>, at start: Int) {
    precondition(start >= 0 && start + values.count <= count, "values have a place")
    if let first = values.baseAddress { (base + start).update(from: first, count: values.count) }
  }

  func put(
    _ values: UnsafeBufferPointer<Int64>, _ groups: UnsafeBufferPointer<UInt32>,
    places: UnsafeMutableBufferPointer<Int>
  ) {
    precondition(values.count == groups.count, "a group for each value")
    for i in values.indices {
      let group = Int(groups[i])
      base[places[group]] = values[i]
      places[group] += 1
    }
  }

  /// Some of the values; valid while the object is held.
  func slice(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Int64> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range of the values")
    return UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}
