/// The best `capacity` rows seen so far: a heap whose top is the worst of them.
struct TopHeap {
  private let capacity: Int
  private let width: Int
  private(set) var rows: [Int] = []
  private(set) var words: [Int64] = []

  init(capacity: Int, width: Int) {
    self.capacity = capacity
    self.width = width
  }

  /// The first key of the worst row kept, once there are as many as wanted.
  @inline(__always)
  var worst: (flag: Int64, word: Int64)? {
    rows.count < capacity ? nil : (words[0], words[1])
  }

  /// Takes the row if it is among the best; of equal rows the earlier one is better. Rows come in rising
  /// order, so a row that equals the worst kept one is not taken.
  @inline(__always)
  mutating func offer(
    _ row: Int, _ tuple: [Int64],
    _ order: (UnsafePointer<Int64>, UnsafePointer<Int64>) -> Int
  ) {
    if rows.count < capacity {
      rows.append(row)
      words.append(contentsOf: tuple)
      siftUp(order)
      return
    }
    let isBetter = words.withUnsafeBufferPointer { words in
      tuple.withUnsafeBufferPointer { order($0.baseAddress!, words.baseAddress!) < 0 }
    }
    if !isBetter { return }
    rows[0] = row
    for k in 0..<width { words[k] = tuple[k] }
    siftDown(order)
  }

  /// Whether entry a is worse than entry b.
  private func isWorse(
    _ a: Int, _ b: Int, _ order: (UnsafePointer<Int64>, UnsafePointer<Int64>) -> Int
  ) -> Bool {
    let result = words.withUnsafeBufferPointer {
      order($0.baseAddress! + a * width, $0.baseAddress! + b * width)
    }
    return result == 0 ? rows[a] > rows[b] : result > 0
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    rows.swapAt(a, b)
    for k in 0..<width { words.swapAt(a * width + k, b * width + k) }
  }

  private mutating func siftUp(
    _ order: (UnsafePointer<Int64>, UnsafePointer<Int64>) -> Int
  ) {
    var at = rows.count - 1
    while at > 0 {
      let parent = (at - 1) / 2
      if !isWorse(at, parent, order) { return }
      swap(at, parent)
      at = parent
    }
  }

  private mutating func siftDown(
    _ order: (UnsafePointer<Int64>, UnsafePointer<Int64>) -> Int
  ) {
    var at = 0
    while true {
      var worst = at
      for child in [at * 2 + 1, at * 2 + 2] where child < rows.count {
        if isWorse(child, worst, order) { worst = child }
      }
      if worst == at { return }
      swap(at, worst)
      at = worst
    }
  }
}
