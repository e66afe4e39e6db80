extension Accumulator {
  /// One batch: the argument's values, each row's group, and the rows that pass and are not null.
  mutating func take(
    _ vector: Vector, _ argument: Bound, _ ids: [UInt32], _ valid: [UInt64]
  ) {
    counts.withUnsafeMutableBufferPointer { counts in
      if case .count = kind { BitWords.forEach(valid) { counts[Int(ids[$0])] += 1 } }
    }
    switch kind {
    case .count: break
    case .wholeSum: takeWholeSums(GroupKeys.words(vector), ids, valid)
    case .floatSum: takeFloatSums(vector.floats, ids, valid)
    case .best(let isLargest):
      let words = GroupKeys.words(vector)
      BitWords.forEach(valid) { takeBest(words[$0], Int(ids[$0]), isLargest) }
    case .bestText(let isLargest, let strings):
      let codes = vector.integers
      BitWords.forEach(valid) { takeText(codes[$0], Int(ids[$0]), isLargest, strings) }
    case .moments:
      let divisor = Double(powerOfTen(argument.type.scale ?? 0))
      let values: [Double]
      if case .floats(let floats) = vector.values {
        values = floats
      } else {
        values = GroupKeys.words(vector).map { Double($0) / divisor }
      }
      BitWords.forEach(valid) { takeMoment(values[$0], Int(ids[$0])) }
    case .collect:
      let words = GroupKeys.words(vector)
      BitWords.forEach(valid) { i in
        collectedGroups.append(ids[i])
        collectedValues.append(words[i])
        counts[Int(ids[i])] += 1
      }
    }
  }

  private mutating func takeWholeSums(_ values: [Int64], _ ids: [UInt32], _ valid: [UInt64]) {
    counts.withUnsafeMutableBufferPointer { counts in
      wideSums.withUnsafeMutableBufferPointer { sums in
        BitWords.forEach(valid) { i in
          let g = Int(ids[i])
          sums[g] += Int128(values[i])
          counts[g] += 1
        }
      }
    }
  }

  private mutating func takeFloatSums(_ values: [Double], _ ids: [UInt32], _ valid: [UInt64]) {
    counts.withUnsafeMutableBufferPointer { counts in
      sums.withUnsafeMutableBufferPointer { sums in
        BitWords.forEach(valid) { i in
          let g = Int(ids[i])
          sums[g] += values[i]
          counts[g] += 1
        }
      }
    }
  }
}
