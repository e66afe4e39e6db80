import Kernels

extension Accumulator {
  /// One batch: the argument's values, each row's group (nil: all in group 0), and the rows that pass and are not
  /// null.
  mutating func take(
    _ vector: Vector, _ argument: Bound, _ ids: [UInt32]?, _ valid: [UInt64]
  ) {
    if case .bestText(let isLargest, let strings) = kind {
      let codes = vector.integers
      BitWords.forEach(valid) { takeText(codes[$0], Int(ids?[$0] ?? 0), isLargest, strings) }
      return
    }
    valid.withUnsafeBufferPointer { valid in
      guard let ids else {
        takeAll(vector, argument, valid)
        return
      }
      ids.withUnsafeBufferPointer { takeGroups(vector, argument, $0, valid) }
    }
  }

  private mutating func takeGroups(
    _ vector: Vector, _ argument: Bound, _ ids: UnsafeBufferPointer<UInt32>,
    _ valid: UnsafeBufferPointer<UInt64>
  ) {
    counts.withUnsafeMutableBufferPointer { counts in
      guard let counts = counts.baseAddress else { return }
      switch kind {
      case .count: GroupBy.count(ids, valid, counts: counts)
      case .wholeSum:
        GroupKeys.words(vector).withUnsafeBufferPointer { values in
          wideSums.withUnsafeMutableBufferPointer {
            GroupBy.sum(ids, values, valid, counts: counts, sums: $0.baseAddress!)
          }
        }
      case .floatSum:
        vector.floats.withUnsafeBufferPointer { values in
          sums.withUnsafeMutableBufferPointer {
            GroupBy.sum(ids, values, valid, counts: counts, sums: $0.baseAddress!)
          }
        }
      case .best(let isLargest):
        GroupKeys.words(vector).withUnsafeBufferPointer { values in
          words.withUnsafeMutableBufferPointer {
            GroupBy.best(
              ids, values, valid, isLargest: isLargest, counts: counts, words: $0.baseAddress!)
          }
        }
      case .moments:
        Accumulator.floats(vector, argument).withUnsafeBufferPointer { values in
          sums.withUnsafeMutableBufferPointer { means in
            squares.withUnsafeMutableBufferPointer {
              GroupBy.moments(
                ids, values, valid, counts: counts, means: means.baseAddress!,
                squares: $0.baseAddress!)
            }
          }
        }
      case .collect:
        GroupKeys.words(vector).withUnsafeBufferPointer { values in
          var groups = [UInt32]()
          let words = [Int64](unsafeUninitializedCapacity: values.count) { words, count in
            groups = [UInt32](unsafeUninitializedCapacity: values.count) { groups, groupCount in
              count = GroupBy.collect(
                ids, values, valid, counts: counts, groups: groups.baseAddress!,
                words: words.baseAddress!)
              groupCount = count
            }
          }
          collected.append(words, groups)
        }
      case .bestText: preconditionFailure("strings are taken one by one")
      }
    }
  }

  /// The one group of a query without keys.
  private mutating func takeAll(
    _ vector: Vector, _ argument: Bound, _ valid: UnsafeBufferPointer<UInt64>
  ) {
    switch kind {
    case .count: counts[0] += Int64(Compare.oneCount(valid))
    case .wholeSum:
      GroupKeys.words(vector).withUnsafeBufferPointer { values in
        let (sum, count, magnitude) = GroupBy.sum(values, valid)
        counts[0] += count
        // Sums of a batch of 2,048 values below 2^50 stay below 2^61.
        if magnitude >> 50 == 0 {
          wideSums[0] += Int128(sum)
        } else {
          BitWords.forEach(valid) { wideSums[0] += Int128(values[$0]) }
        }
      }
    case .floatSum:
      let (sum, count) = vector.floats.withUnsafeBufferPointer { Masked.sum($0, valid) }
      sums[0] += sum
      counts[0] += Int64(count)
    case .best(let isLargest):
      let (least, most, count) = GroupKeys.words(vector).withUnsafeBufferPointer {
        Masked.bounds($0, valid)
      }
      if count == 0 { return }
      takeBest(isLargest ? most : least, 0, isLargest)
      counts[0] += Int64(count - 1)
    case .moments:
      Accumulator.floats(vector, argument).withUnsafeBufferPointer { values in
        guard let shift = Accumulator.first(values, valid) else { return }
        // The mean from one of the values on: equal values have no deviation, not even a rounded one.
        let shifted = values.map { $0 - shift }
        let (sum, count) = shifted.withUnsafeBufferPointer { Masked.sum($0, valid) }
        let mean = shift + sum / Double(count)
        mergeMoments(
          count: Int64(count), mean: mean, squares: Masked.squares(values, from: mean, valid), 0)
      }
    case .collect:
      GroupKeys.words(vector).withUnsafeBufferPointer { values in
        let words = [Int64](unsafeUninitializedCapacity: values.count) { words, count in
          count = Masked.collect(values, valid, into: words.baseAddress!)
        }
        counts[0] += Int64(words.count)
        collected.append(words, nil)
      }
    case .bestText: preconditionFailure("strings are taken one by one")
    }
  }

  /// The first value whose bit is set.
  private static func first(
    _ values: UnsafeBufferPointer<Double>, _ valid: UnsafeBufferPointer<UInt64>
  ) -> Double? {
    valid.firstIndex { $0 != 0 }.map { values[$0 * 64 + valid[$0].trailingZeroBitCount] }
  }

  /// An argument's values as floats, decimals in their unit.
  private static func floats(_ vector: Vector, _ argument: Bound) -> [Double] {
    if case .floats(let floats) = vector.values { return floats }
    return Evaluator.floats(
      GroupKeys.words(vector), dividedBy: Double(powerOfTen(argument.type.scale ?? 0)))
  }
}
