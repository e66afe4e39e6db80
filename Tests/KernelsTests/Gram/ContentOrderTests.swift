import Kernels
import Testing

@Suite struct ContentOrderTests {
  /// Rows by what is in them: where they stood does not show.
  @Test(arguments: [0, 1, 2, 1_000, 70_001]) func rowsStandByTheirContent(_ count: Int) {
    var random = RandomStream(seed: 7)
    let stride = count + 3
    // Three columns of which one is of few values, so that many rows repeat.
    let rows = (0..<count).map { _ in
      [Float(random.next() % 5), Float(random.next() % 40), Float(random.next() % 2)]
    }
    let outcomes = (0..<count).map { Double($0 % 7) }
    func ordered(_ places: [Int]) -> [[Double]] {
      var floats = [Float](repeating: .nan, count: 3 * stride)
      for (row, place) in places.enumerated() {
        for column in 0..<3 { floats[column * stride + row] = rows[place][column] }
      }
      let doubles = places.map { outcomes[$0] }
      let order = floats.withUnsafeBufferPointer { floats in
        doubles.withUnsafeBufferPointer {
          ContentOrder.rows(
            floats, columnStride: stride, columns: 0..<3, doubles: [$0], rowCount: count)
        }
      }
      #expect(order.sorted() == Array(0..<count))
      return order.map { row in
        rows[places[row]].map { Double($0) } + [doubles[row]]
      }
    }
    let straight = ordered(Array(0..<count))
    #expect(ordered((0..<count).reversed()) == straight)
  }
}
