import JSONText
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
  @Suite struct LimitTests {
    @Test func theDefaultsAreTheDocumentedOnes() {
      let limits = ServiceLimits()
      #expect(limits.clientCountMax == 1_024)
      #expect(limits.requestByteCountMax == 64 << 10)
      #expect(limits.unauthenticatedRequestByteCountMax == 1 << 10)
      #expect(limits.identifierCountMax == 1_000)
      #expect(limits.unansweredRequestCountMax == 1_024)
      #expect(limits.outputByteCountMax == 8 << 20)
      #expect(limits.requestSecondsMax == 10)
      #expect(limits.idleSecondsMax == 300)
      #expect(limits.querySecondsMax == 5)
      #expect(limits.replyRowCountMax == 100_000)
      #expect(limits.queryByteCountMax == 256 << 20)
      #expect(limits.replyCellCountMax == 2 << 20)
    }

    @Test func moreEventLoopsThanThereAreDescriptorsForAreAnError() throws {
      let error = try #require(throws: ServerError.self) {
        try raiseDescriptorLimit(toServe: .max, eventLoopCount: .max)
      }
      guard case .tooFewDescriptors = error else {
        Issue.record("\(error)")
        return
      }
      #expect("\(error)".contains("--event-loops"))
      #expect(error.category == .unavailable)
      #expect(ServerConfiguration.eventLoopCounts == 1...256)
      for seconds in [-1, .nan, .infinity, 1e300] {
        #expect(!ServerConfiguration.reloadSecondsRange.contains(seconds))
      }
    }

    @Test func oneClientTooManyIsToldSoInItsOwnProtocol() async throws {
      try await withServer {
        $0.limits.clientCountMax = 2
      } body: { server in
        let port = try #require(server.port)
        let first = try SocketClient(port: port)
        var second: SocketClient? = try SocketClient(port: port)
        #expect(first.ask("PING") != nil)
        #expect(second?.ask("PING") != nil)
        let line = try SocketClient(port: port)
        line.send("PING\n")
        #expect(line.rest()?.contains(#""code":"too_many_clients""#) == true)
        let redis = try SocketClient(port: port)
        redis.send("*1\r\n$4\r\nPING\r\n")
        #expect(redis.rest()?.hasPrefix("-ERR ") == true)
        let silent = try SocketClient(port: port)
        #expect(silent.rest()?.contains("too_many_clients") == true)
        // A place that becomes free is given away.
        second = nil
        usleep(100_000)
        let third = try SocketClient(port: port)
        #expect(third.ask("PING") == #"{"ok":true,"reply":"PONG"}"#)
        #expect(second == nil)
      }
    }

    @Test func aLineTooLongIsRefusedOverASocketToo() async throws {
      try await withServer {
        $0.limits.requestByteCountMax = 1_000
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send(String(repeating: "x", count: 200_000) + "\nPING\n")
        let rest = try #require(client.rest())
        #expect(rest.contains(#""code":"request_too_long""#))
        #expect(!rest.contains("PONG"))
      }
    }

    @Test func beforeAuthenticationRequestsAreShortAndQuick() async throws {
      let token = try #require(AccessToken(Array("secret".utf8)))
      try await withServer {
        $0.token = token
        $0.limits.requestSecondsMax = 0.3
      } body: { server in
        let port = try #require(server.port)
        let long = try SocketClient(port: port)
        long.send(String(repeating: "x", count: 1_100))
        #expect(long.rest()?.contains(#""code":"request_too_long""#) == true)
        let silent = try SocketClient(port: port)
        #expect(silent.rest()?.contains(#""code":"timed_out""#) == true)
        let client = try SocketClient(port: port)
        #expect(client.ask("AUTH secret") == #"{"ok":true,"reply":"OK"}"#)
        usleep(500_000)
        #expect(client.ask("ECHO " + String(repeating: "x", count: 5_000))?.count ?? 0 > 5_000)
      }
    }

    @Test func readingPausesWhenTooManyRequestsWait() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 500 }
      try await withServer(source: source) {
        $0.limits.unansweredRequestCountMax = 10
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send("SNAPSHOTS\n" + (0..<100).map { "ECHO \($0)\n" }.joined())
        usleep(100_000)
        #expect(server.host.counters.pauseCount.value > 0)
        #expect(client.line()?.contains("snapshots") == true)
        for i in 0..<100 { #expect(client.line() == #"{"ok":true,"reply":"\#(i)"}"#) }
      }
    }

    @Test func aReplyTooLargeIsAnErrorAndTheConnectionGoesOn() async throws {
      try await withServer(source: TestSource(customerCount: 2_000)) {
        $0.limits.outputByteCountMax = 40_000
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        let ids = (0..<1_000).map { "c\(100_000 + $0)" }.joined(separator: " ")
        #expect(client.ask("MGET \(ids)")?.contains(#""code":"limit_exceeded""#) == true)
        #expect(client.ask("SEGMENT Champions LIMIT 10000")?.contains("\"c100998\"") == true)
        #expect(client.ask("PING") == #"{"ok":true,"reply":"PONG"}"#)
      }
    }

    @Test func rowsOfAPageAreLimited() async throws {
      try await withServer {
        $0.limits.replyRowCountMax = 10
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        #expect(client.ask("SEGMENT Champions LIMIT 11")?.contains("limit_exceeded") == true)
        let page = try JSON.parse(try #require(client.ask("SEGMENT Champions")))
        #expect(page["ids"]?.arrayValue?.count == 10)
      }
    }

    @Test func aRequestThatTakesTooLongToArriveIsGivenUp() async throws {
      try await withServer {
        $0.limits.requestSecondsMax = 0.3
      } body: { server in
        let port = try #require(server.port)
        for half in ["GET c1", "*2\r\n$3\r\nGET\r\n$"] {
          let client = try SocketClient(port: port)
          client.send(half)
          let rest = try #require(client.rest())
          #expect(rest.contains(half.hasPrefix("*") ? "-ERR " : #""code":"timed_out""#))
        }
        // One byte now and then does not start the time again.
        let dripping = try SocketClient(port: port)
        let start = ContinuousClock.now
        while dripping.send("x"), start.duration(to: .now) < .seconds(5) { usleep(50_000) }
        #expect(start.duration(to: .now) < .seconds(3))
      }
    }

    @Test func anIdleClientIsClosedAfterAWord() async throws {
      try await withServer {
        $0.limits.idleSecondsMax = 0.4
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        for _ in 0..<5 {
          usleep(200_000)
          #expect(client.ask("PING") != nil)
        }
        #expect(client.rest()?.contains(#""code":"timed_out""#) == true)
        #expect(server.host.counters.timedOutCount.value == 1)
      }
    }

    /// Takes a minute without optimisation, and seconds with it.
    private let longQuery: String = {
      let logarithms = (1...20).map { "ln(orders + \($0))" }.joined(separator: " + ")
      let sums = (0..<40).map { "sum((\(logarithms)) * \($0))" }
      return "SELECT \(sums.joined(separator: ", ")) FROM customers"
    }()

    @Test func aQueryEndsAtItsDeadline() async throws {
      try await withServer(source: TestSource(customerCount: 300_000)) {
        $0.limits.querySecondsMax = 0.5
      } body: { server in
        let client = try SocketClient(port: try #require(server.port), timeoutSeconds: 30)
        let start = ContinuousClock.now
        #expect(client.ask(longQuery)?.contains(#""code":"deadline_exceeded""#) == true)
        #expect(start.duration(to: .now) < .seconds(5))
      }
    }

    @Test(arguments: [true, false])
    func aClientThatGoesAwayStopsItsQuery(isDirect: Bool) async throws {
      try await withServer(source: TestSource(customerCount: 300_000)) {
        $0.queryThreadCount = 1
        $0.limits.querySecondsMax = 60
        $0.servesSocketsDirectly = isDirect
      } body: { server in
        let port = try #require(server.port)
        let first = try SocketClient(port: port)
        first.send(longQuery + "\n")
        usleep(300_000)
        first.reset()
        // The one worker is free long before the query would have ended.
        let second = try SocketClient(port: port, timeoutSeconds: 10)
        #expect(second.ask("COUNT") == #"{"ok":true,"count":300000}"#)
      }
    }

    @Test func valuesOfAReplyAreCountedBeforeTheyAreMade() async throws {
      try await withServer(source: TestSource(customerCount: 5_000)) { server in
        let client = try SocketClient(port: try #require(server.port))
        let columns = Array(repeating: "customer_id", count: 1_024).joined(separator: ",")
        let reply = client.ask("SELECT \(columns) FROM customers")
        #expect(reply?.contains(#""code":"limit_exceeded""#) == true)
        #expect(reply?.contains("5000 rows of 1024 columns") == true)
        #expect(client.ask("PING") == #"{"ok":true,"reply":"PONG"}"#)
      }
    }

    @Test func aQueryThatWaitsPastItsDeadlineIsNotBegun() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 700 }
      try await withServer(source: source) {
        $0.queryThreadCount = 1
        $0.limits.querySecondsMax = 0.3
      } body: { server in
        let port = try #require(server.port)
        let first = try SocketClient(port: port)
        let second = try SocketClient(port: port)
        first.send("SNAPSHOTS\n")
        usleep(50_000)
        second.send("SNAPSHOTS\n")
        #expect(first.line()?.contains("snapshots") == true)
        #expect(second.line()?.contains(#""code":"deadline_exceeded""#) == true)
      }
    }

    @Test func slowWritersAndReadersThatNeverReadDoNotHoldUpAHealthyClient() async throws {
      try await withServer(source: TestSource(customerCount: 1_000)) {
        $0.limits.clientCountMax = 1_200
        $0.limits.requestSecondsMax = 600
      } body: { server in
        let port = try #require(server.port)
        try raiseDescriptorLimit(toServe: 4_096)
        let writers = try (0..<1_000).map { _ in try SocketClient(port: port) }
        let readers = try (0..<100).map { _ in
          try SocketClient(port: port, receiveBufferByteCount: 4_096)
        }
        // Without optimisation, and on a busy machine, the readers' 300,000 profiles take long; they stand before
        // the healthy client's first requests.
        let healthy = try SocketClient(port: port, timeoutSeconds: 120)
        let ids = (0..<1_000).map { "c\(100_000 + $0)" }.joined(separator: " ")
        for reader in readers { reader.send("MGET \(ids)\nMGET \(ids)\nMGET \(ids)\n") }
        for round in 0..<20 {
          for writer in writers { writer.send(round == 0 ? "GET c10000" : "0") }
          for i in 0..<50 {
            #expect(
              healthy.ask("GET c\(100_000 + i) orders")
                == #"{"ok":true,"customer":{"orders":\#(i)}}"#
            )
          }
        }
        #expect(server.host.counters.connectedCount.value == 1_101)
      }
    }

    @Test func whatAClientDoesNotReadStaysBounded() async throws {
      try await withServer(source: TestSource(customerCount: 1_000)) { server in
        let client = try SocketClient(
          port: try #require(server.port), timeoutSeconds: 1, receiveBufferByteCount: 4_096)
        let ids = (0..<1_000).map { "c\(100_000 + $0)" }.joined(separator: " ")
        // The kernel takes some requests; past its buffers and the server's, sending stalls.
        var isStalled = false
        for _ in 0..<20_000 where !isStalled { isStalled = !client.send("MGET \(ids)\n") }
        #expect(isStalled)
        #expect(server.host.counters.bytesWrittenCount.value < 64 << 20)
      }
    }
  }
}
