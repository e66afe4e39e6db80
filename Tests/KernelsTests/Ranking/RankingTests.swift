import Kernels
import Testing

@Suite struct RankingTests {
  func order(_ scores: [Float]) -> [UInt32] {
    var order = [UInt32](repeating: .max, count: scores.count)
    scores.withUnsafeBufferPointer { scores in
      order.withUnsafeMutableBufferPointer { rankOrder(scores, into: $0) }
    }
    return order
  }

  @Test func everyLengthUpTo65AgreesWithTheTwin() {
    for count in 0...65 {
      var random = RandomStream(seed: 3, stream: UInt64(count))
      let scores = (0..<count).map { _ in Float(random.nextIndex(below: 9)) - 4 }
      let twin = scores.indices.sorted {
        scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
      }
      #expect(order(scores) == twin.map { UInt32($0) }, "\(count) scores")
    }
  }

  @Test func allFloatsAreOrdered() {
    let scores: [Float] = [
      -0.0, 0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
      -.leastNonzeroMagnitude, 1, -1, 1.5, -1.5,
    ]
    #expect(order(scores) == [2, 8, 6, 4, 0, 1, 5, 7, 9, 3])
  }

  @Test func manyScoresAgreeWithTheTwin() {
    var random = RandomStream(seed: 4)
    let scores = (0..<100_000).map { _ in Float(random.nextUnit() * 2e6 - 1e6) }
    let twin = scores.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }
    #expect(order(scores) == twin.map { UInt32($0) })
  }

  @Test(arguments: [(1, 1, 1), (3, 2, 5), (4, 65, 24), (7, 33, 25), (9, 100, 400)])
  func weightedSumsAgreeWithTheTwin(draws: Int, groups: Int, bins: Int) {
    var random = RandomStream(seed: 5)
    let weights = (0..<draws * groups).map { _ in Float(random.nextIndex(below: 4)) }
    let values = (0..<groups * bins).map { _ in Float(random.nextUnit()) }
    var result = [Float](repeating: .nan, count: draws * bins)
    weights.withUnsafeBufferPointer { weights in
      values.withUnsafeBufferPointer { values in
        result.withUnsafeMutableBufferPointer {
          weightedSums(
            weights, drawCount: draws, values, groupCount: groups, binCount: bins, into: $0)
        }
      }
    }
    for draw in 0..<draws {
      for bin in 0..<bins {
        var sum = 0.0
        for group in 0..<groups {
          sum += Double(weights[draw * groups + group]) * Double(values[group * bins + bin])
        }
        #expect(abs(Double(result[draw * bins + bin]) - sum) <= 1e-5 * max(1, sum))
      }
    }
  }
}
