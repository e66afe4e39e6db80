import QueryProtocol
import Testing

@testable import QueryServer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension QueryServerTests {
  /// What a client does not take, or takes slowly, is held within its limit and then forgotten.
  @Suite(.serialized) struct SlowReaderTests {
    private static let limit = 1 << 20
    /// A block that is partly sent, and what one batch gathers before the limit is looked at.
    private static let slack = OutputQueue.blockByteCountMax + Connection.batchByteCountMax + 65_536

    /// A request whose reply takes about 70 kB.
    private func request(isRESP: Bool) -> [UInt8] {
      let ids = (0..<1_000).map { "c\(100_000 + $0)" }
      if !isRESP { return Array("MGET \(ids.joined(separator: " "))\n".utf8) }
      let arguments = ["MGET"] + ids
      let bulks = arguments.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
      return Array("*\(arguments.count)\r\n\(bulks)".utf8)
    }

    private func serve(
      isDirect: Bool, body: (QueryServer, SocketClient) async throws -> Void
    ) async throws {
      try await withServer(source: TestSource(customerCount: 1_000)) {
        $0.servesSocketsDirectly = isDirect
        $0.limits.outputByteCountMax = Self.limit
      } body: { server in
        let client = try SocketClient(
          port: try #require(server.port), timeoutSeconds: 1, receiveBufferByteCount: 4_096)
        try await body(server, client)
      }
    }

    /// Waits until replies are held up, at most a second.
    private func waitForUnsent(_ server: QueryServer, over byteCount: Int) -> Int {
      for _ in 0..<200 {
        let held = server.host.counters.unsentByteCount.value
        if held > byteCount { return held }
        usleep(5_000)
      }
      return server.host.counters.unsentByteCount.value
    }

    @Test(arguments: [true, false], [true, false])
    func aSlowReaderHoldsNoMoreThanItsLimit(isDirect: Bool, isRESP: Bool) async throws {
      try await serve(isDirect: isDirect) { server, client in
        let request = request(isRESP: isRESP)
        let sending = Task.detached {
          for _ in 0..<150 where !client.send(request) { return }
          client.finishSending()
        }
        var most = 0
        var byteCount = 0
        // Eight times the limit goes through, and something always waits.
        while byteCount < 8 * Self.limit {
          most = max(most, waitForUnsent(server, over: Self.limit / 8))
          let count = client.bytes(200_000).count
          byteCount += count
          if count == 0 { break }
        }
        #expect(byteCount >= 8 * Self.limit)
        #expect(most > Self.limit / 8, "the reader is not slow")
        #expect(most <= Self.limit + Self.slack)
        while client.bytes(1 << 20).count > 0 {}
        await sending.value
        for _ in 0..<400 where server.host.counters.unsentByteCount.value > 0 { usleep(5_000) }
        #expect(server.host.counters.unsentByteCount.value == 0)
      }
    }

    @Test(arguments: [true, false], [true, false])
    func aReaderThatNeverReadsHoldsNoMoreThanItsLimit(
      isDirect: Bool, isRESP: Bool
    ) async throws {
      try await serve(isDirect: isDirect) { server, client in
        let request = request(isRESP: isRESP)
        var isStalled = false
        for _ in 0..<5_000 where !isStalled { isStalled = !client.send(request) }
        #expect(isStalled)
        let held = waitForUnsent(server, over: Self.limit / 4)
        #expect(held > Self.limit / 4 && held <= Self.limit + Self.slack)
      }
    }

    @Test(arguments: [true, false])
    func whatAClientThatGoesAwayDidNotTakeIsForgotten(isDirect: Bool) async throws {
      try await withServer(source: TestSource(customerCount: 1_000)) {
        $0.servesSocketsDirectly = isDirect
      } body: { server in
        do {
          let client = try SocketClient(
            port: try #require(server.port), timeoutSeconds: 1, receiveBufferByteCount: 4_096)
          for _ in 0..<100 where !client.send(request(isRESP: true)) { break }
          #expect(waitForUnsent(server, over: 100_000) > 100_000)
        }
        for _ in 0..<400 where server.host.counters.unsentByteCount.value > 0 { usleep(5_000) }
        #expect(server.host.counters.unsentByteCount.value == 0)
      }
    }
  }
}
