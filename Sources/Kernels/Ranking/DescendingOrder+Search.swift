extension DescendingOrder {
  /// How many rows have a larger word; by bisection.
  package func countAbove(_ word: Int64) -> Int {
    let key = DescendingOrder.key(word)
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The row at a place of the order, largest first, and its word.
  package func entry(at place: Int) -> (row: Int, word: Int64) {
    precondition(place >= 0 && place < count, "a place of the order")
    return (Int(entries[place].row), DescendingOrder.word(entries[place].key))
  }
}
