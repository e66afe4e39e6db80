import Kernels
import Synchronization
import Testing

@Suite(.serialized) struct ParallelTests {
  @Test(arguments: [0, 1, 2, 7]) func everyTaskRunsOnce(threads: Int) {
    Parallel.setThreadCount(threads)
    defer { Parallel.setThreadCount(0) }
    let count = Atomic<Int>(0)
    let sum = Atomic<Int>(0)
    Parallel.perform(1_000) { task in
      count.wrappingAdd(1, ordering: .relaxed)
      sum.wrappingAdd(task, ordering: .relaxed)
    }
    #expect(count.load(ordering: .relaxed) == 1_000)
    #expect(sum.load(ordering: .relaxed) == 499_500)
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000]) func chunksCoverTheRows(count: Int) {
    var covered = 0
    for chunk in 0..<Parallel.chunkCount(of: count) {
      let rows = Parallel.rows(ofChunk: chunk, of: count)
      #expect(rows.lowerBound == covered && !rows.isEmpty)
      covered = rows.upperBound
    }
    #expect(covered == count)
  }

  @Test func aSeedAlwaysGivesTheSameNumbers() {
    var a = RandomStream(seed: 1)
    var b = RandomStream(seed: 1)
    var c = RandomStream(seed: 1, stream: 1)
    let first = a.next()
    #expect(first == b.next())
    #expect(first != c.next())
    for _ in 0..<1_000 { #expect((0..<7).contains(a.nextIndex(below: 7))) }
  }
}
