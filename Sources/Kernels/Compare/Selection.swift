/// Order statistics of whole numbers (float keys and codes too), in place.
package enum Selection {
  /// The value that would stand at `index` if the values were sorted; the values are left in another order.
  ///
  /// Quickselect with the median of three as pivot; after 64 rounds that do not get there it sorts, so no
  /// input costs more than a sort.
  package static func select(_ values: UnsafeMutableBufferPointer<Int64>, _ index: Int) -> Int64 {
    precondition(values.indices.contains(index), "the index is one of the values")
    var low = 0
    var high = values.count - 1
    var rounds = 0
    while high - low > 32, rounds < 64 {
      rounds += 1
      let a = values[low]
      let b = values[low + (high - low) / 2]
      let c = values[high]
      let pivot = max(min(a, b), min(max(a, b), c))
      var i = low
      var j = high
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      // low…j ≤ pivot ≤ i…high, and what is between equals the pivot.
      if index <= j {
        high = j
      } else if index >= i {
        low = i
      } else {
        return pivot
      }
    }
    var rest = UnsafeMutableBufferPointer(rebasing: values[low...high])
    rest.sort()
    return values[index]
  }

  /// Indices of `keys` so that the keys fall; equal keys in rising order of index.
  ///
  /// A radix sort of 11 bits a pass, the lowest first; digits that are the same everywhere are skipped. Two
  /// buffers of 12 bytes a key.
  package static func descendingOrder(_ keys: [Int64]) -> [UInt32] {
    precondition(keys.count <= Int(UInt32.max), "indices fit 32 bits")
    // Falling order of signed keys is rising order of their flipped bits.
    var words = keys.map { ~(UInt64(bitPattern: $0) ^ (1 << 63)) }
    var order = (0..<UInt32(keys.count)).map { $0 }
    var nextWords = words
    var nextOrder = order
    var shift: UInt64 = 0
    while shift < 64 {
      var starts = [Int](repeating: 0, count: 2_049)
      for word in words { starts[Int((word >> shift) & 2_047) + 1] += 1 }
      if !starts.contains(keys.count) || keys.isEmpty {
        for d in 0..<2_048 { starts[d + 1] += starts[d] }
        for i in words.indices {
          let digit = Int((words[i] >> shift) & 2_047)
          let to = starts[digit]
          starts[digit] += 1
          nextWords[to] = words[i]
          nextOrder[to] = order[i]
        }
        swap(&words, &nextWords)
        swap(&order, &nextOrder)
      }
      shift += 11
    }
    return order
  }
}
