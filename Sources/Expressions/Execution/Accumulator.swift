import Columns

/// The state of one aggregate for a number of groups.
///
/// A chunk fills one of its own; chunks are merged in chunk order, so float sums do not depend on threads.
struct Accumulator {
  enum Kind {
    case count
    case wholeSum
    case floatSum
    /// Smallest or largest of whole numbers, float keys or 0/1.
    case best(isLargest: Bool)
    /// Smallest or largest of strings, by their bytes.
    case bestText(isLargest: Bool, StringSource)
    case moments
    case collect
  }

  let kind: Kind
  /// Values that are not null.
  var counts: [Int64]
  /// Best value, or code.
  var words: [Int64] = []
  var wideSums: [Int128] = []
  /// Float sums, or means.
  var sums: [Double] = []
  /// Sums of squared differences from the mean.
  var squares: [Double] = []
  var collected = CollectedValues()

  init(_ aggregate: Aggregate, groupCount: Int) {
    kind = Accumulator.kind(of: aggregate)
    counts = .init(repeating: 0, count: groupCount)
    grow(to: groupCount)
  }

  private static func kind(of aggregate: Aggregate) -> Kind {
    let type = aggregate.argument?.type ?? .integer
    switch aggregate.function {
    case .countRows, .count: return .count
    case .countDistinct, .median, .quantile: return .collect
    case .sum, .average: return type == .float ? .floatSum : .wholeSum
    case .standardDeviation: return .moments
    case .minimum, .maximum:
      let isLargest = aggregate.function == .maximum
      if type == .string {
        return .bestText(isLargest: isLargest, aggregate.argument!.strings!)
      }
      return .best(isLargest: isLargest)
    }
  }

  /// Makes room for groups up to `groupCount`.
  mutating func grow(to groupCount: Int) {
    func extend<T>(_ array: inout [T], _ value: T) {
      if array.count < groupCount {
        array.append(contentsOf: repeatElement(value, count: groupCount - array.count))
      }
    }
    extend(&counts, 0)
    switch kind {
    case .count, .collect: break
    case .wholeSum: extend(&wideSums, 0)
    case .floatSum: extend(&sums, 0)
    case .best, .bestText: extend(&words, 0)
    case .moments:
      extend(&sums, 0)
      extend(&squares, 0)
    }
  }

  /// Takes one value of a batch for the group; `word` is the value as a whole number or float key.
  @inline(__always)
  mutating func takeBest(_ word: Int64, _ group: Int, _ isLargest: Bool) {
    if counts[group] == 0 || (isLargest ? word > words[group] : word < words[group]) {
      words[group] = word
    }
    counts[group] += 1
  }

  mutating func takeText(_ code: Int64, _ group: Int, _ isLargest: Bool, _ strings: StringSource) {
    let isFirst = counts[group] == 0
    counts[group] += 1
    if isFirst {
      words[group] = code
    } else if code != words[group] {
      let order = strings.order(Int(code), Int(words[group]))
      if isLargest ? order > 0 : order < 0 { words[group] = code }
    }
  }

  /// Adds a chunk's state; `groups[g]` is the number here of the chunk's group g.
  mutating func merge(_ other: Accumulator, _ groups: [UInt32]) {
    for (g, target) in groups.enumerated() {
      let to = Int(target)
      let count = other.counts[g]
      if count == 0 { continue }
      switch kind {
      case .count, .collect: counts[to] += count
      case .wholeSum:
        counts[to] += count
        wideSums[to] += other.wideSums[g]
      case .floatSum:
        counts[to] += count
        sums[to] += other.sums[g]
      case .best(let isLargest):
        takeBest(other.words[g], to, isLargest)
        counts[to] += count - 1
      case .bestText(let isLargest, let strings):
        takeText(other.words[g], to, isLargest, strings)
        counts[to] += count - 1
      case .moments:
        mergeMoments(count: count, mean: other.sums[g], squares: other.squares[g], to)
      }
    }
    if case .collect = kind {
      let isSame = groups.enumerated().allSatisfy { $0 == Int($1) }
      collected.merge(other.collected, groups, isSameNumbers: isSame)
    }
  }

  /// Chan, Golub and LeVeque (1979), equation 2.1.
  mutating func mergeMoments(count: Int64, mean: Double, squares added: Double, _ to: Int) {
    if counts[to] == 0 {
      counts[to] = count
      sums[to] = mean
      squares[to] = added
      return
    }
    let a = Double(counts[to])
    let b = Double(count)
    let difference = mean - sums[to]
    sums[to] += difference * b / (a + b)
    squares[to] += added + difference * difference * a * b / (a + b)
    counts[to] += count
  }
}
