import QueryProtocol
import Synchronization
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
  /// What a client sees is the same from a socket loop as from a NIO channel.
  @Suite struct TransportTests {
    private func withBoth(
      _ source: TestSource = TestSource(),
      _ change: (inout ServerConfiguration) -> Void = { _ in },
      body: (QueryServer) async throws -> Void
    ) async throws {
      for isDirect in [true, false] {
        try await withServer(source: source) {
          $0.servesSocketsDirectly = isDirect
          change(&$0)
        } body: {
          try await body($0)
        }
      }
    }

    private func waitForNoClients(_ server: QueryServer) -> Bool {
      for _ in 0..<500 {
        if server.host.counters.connectedCount.value == 0 { return true }
        usleep(10_000)
      }
      return false
    }

    @Test func pipelinesHalfClosesAndQueriesInBetweenKeepTheirOrder() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 50 }
      try await withBoth(source, { $0.limits.unansweredRequestCountMax = 10 }) { server in
        let client = try SocketClient(port: try #require(server.port))
        let requests = (0..<500).map { $0 % 100 == 7 ? "SNAPSHOTS\n" : "ECHO \($0)\n" }.joined()
        client.send(requests)
        client.finishSending()
        let lines = try #require(client.rest()).split(separator: "\n")
        #expect(lines.count == 500)
        for (i, line) in lines.enumerated() {
          let expected = i % 100 == 7 ? #"[{"name":"s1"}]}"# : #""reply":"\#(i)"}"#
          #expect(line.hasSuffix(expected), "\(i)")
        }
        #expect(server.host.counters.pauseCount.value > 0)
        #expect(waitForNoClients(server))
      }
    }

    @Test func commandsCutAtEveryByteAreAnsweredOnce() async throws {
      try await withBoth { server in
        let client = try SocketClient(port: try #require(server.port))
        let command = Array("*2\r\n$3\r\nGET\r\n$7\r\nc100001\r\n".utf8)
        client.send(command)
        let whole = client.line().map { _ in client.line() }
        for cut in 1..<command.count {
          client.send(Array(command[..<cut]))
          usleep(500)
          client.send(Array(command[cut...]) + command)
          for _ in 0..<2 {
            #expect(client.line()?.hasPrefix("$") == true)
            #expect(client.line() == whole, "cut at \(cut)")
          }
        }
      }
    }

    @Test func clientsWhoVanishAreForgotten() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 100 }
      try await withBoth(source) { server in
        let port = try #require(server.port)
        for i in 0..<60 {
          let client = try SocketClient(port: port)
          // In the midst of a query, of a request, of a reply that nobody reads, or of nothing.
          switch i % 4 {
          case 0: client.send("SNAPSHOTS\nPING\n")
          case 1: client.send("*2\r\n$3\r\nGE")
          case 2: for _ in 0..<200 { client.send("HELP\nHELP\nHELP\nHELP\n") }
          default: break
          }
        }
        #expect(waitForNoClients(server))
        let client = try SocketClient(port: port)
        #expect(client.ask("PING") == #"{"ok":true,"reply":"PONG"}"#)
      }
    }

    @Test func whatTheClientReadsLateArrivesWhole() async throws {
      try await withBoth(TestSource(customerCount: 2_000)) { server in
        let client = try SocketClient(
          port: try #require(server.port), receiveBufferByteCount: 4_096)
        let ids = (0..<1_000).map { "c\(100_000 + $0)" }.joined(separator: " ")
        let sending = Task.detached { [client] in
          for _ in 0..<60 { client.send("MGET \(ids)\n") }
          client.finishSending()
        }
        usleep(100_000)
        let lines = try #require(client.rest()).split(separator: "\n")
        await sending.value
        #expect(lines.count == 60 && Set(lines).count == 1)
        #expect(lines.first?.hasSuffix("}]}") == true)
        #expect(waitForNoClients(server))
      }
    }
  }
}
