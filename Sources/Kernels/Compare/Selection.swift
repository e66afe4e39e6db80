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
}
