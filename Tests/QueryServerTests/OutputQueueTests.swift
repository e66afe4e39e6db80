import NIOCore
import Testing

@testable import QueryServer

extension QueryServerTests {
  /// Replies that wait hold the memory that they count, and give it back as they go.
  @Suite struct OutputQueueTests {
    private func queue(_ bytes: [UInt8]) -> OutputQueue {
      var queue = OutputQueue()
      bytes.withUnsafeBytes { queue.append($0) }
      return queue
    }

    private func taken(_ queue: inout OutputQueue, _ step: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      while !queue.isEmpty {
        let part = queue.withFirstBlock { Array($0.prefix(step)) }
        queue.removeFirst(part.count)
        bytes += part
      }
      return bytes
    }

    @Test func bytesComeOutAsTheyWentInWhateverTheSteps() {
      var generator = SystemRandomNumberGenerator()
      let bytes = (0..<300_000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      for step in [1_000, 4_096, 65_536, 1 << 20] {
        var queue = OutputQueue()
        var at = 0
        for size in [1, 7, 3_000, 70_000, 5_000, 200_000, 21_992] {
          bytes[at..<at + size].withUnsafeBytes { queue.append($0) }
          at += size
        }
        #expect(at == bytes.count && queue.byteCount == at)
        #expect(taken(&queue, step) == bytes)
        #expect(queue.heldByteCount == 0 && queue.byteCount == 0)
      }
    }

    @Test func sentBytesAreGivenBackBlockByBlock() {
      var queue = queue([UInt8](repeating: 1, count: 1 << 20))
      #expect(queue.heldByteCount == 1 << 20)
      var sent = 0
      while !queue.isEmpty {
        queue.removeFirst(queue.withFirstBlock { min(10_000, $0.count) })
        sent = (1 << 20) - queue.byteCount
        // One block at most is held for bytes that are sent.
        #expect(queue.heldByteCount - queue.byteCount < OutputQueue.blockByteCountMax, "\(sent)")
      }
      #expect(queue.heldByteCount == 0)
    }

    @Test func aQueueThatIsNeverEmptyDoesNotGrow() {
      var queue = OutputQueue()
      let reply = [UInt8](repeating: 7, count: 50_000)
      for _ in 0..<1_000 {
        reply.withUnsafeBytes { queue.append($0) }
        while queue.byteCount > 20_000 {
          queue.removeFirst(queue.withFirstBlock { min(queue.byteCount - 20_000, $0.count) })
        }
        #expect(queue.heldByteCount <= 2 * OutputQueue.blockByteCountMax)
      }
    }

    @Test func smallRepliesShareABlock() {
      var queue = OutputQueue()
      for _ in 0..<500 { Array("+OK\r\n".utf8).withUnsafeBytes { queue.append($0) } }
      #expect(queue.byteCount == 2_500 && queue.heldByteCount == OutputQueue.blockByteCountMin)
      let other = self.queue([1, 2, 3])
      queue.append(other)
      #expect(queue.byteCount == 2_503)
      #expect(queue.heldByteCount == 2 * OutputQueue.blockByteCountMin)
      #expect(taken(&queue, 4_096).suffix(3) == [1, 2, 3])
    }

    @Test func repliesPauseAtHalfTheLimitAndGoOnAtAQuarter() {
      var limit = OutputLimit(byteCountMax: 1_000)
      for (held, isWritable) in [
        (500, true), (501, false), (300, false), (250, false), (249, true), (500, true),
      ] {
        let goesOn = limit.update(heldByteCount: held)
        #expect(limit.isWritable == isWritable && goesOn == (held == 249), "\(held)")
      }
    }
  }
}
