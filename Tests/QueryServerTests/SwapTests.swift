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
  @Suite struct SwapTests {
    private func reload(_ server: QueryServer) async {
      await withCheckedContinuation { continuation in
        server.reload { continuation.resume() }
      }
    }

    @Test func aNewSnapshotIsSwappedInAndTheOldOneFreed() async throws {
      let source = TestSource()
      try await withServer(source: source) { server in
        let client = try SocketClient(port: try #require(server.port))
        #expect(
          client.ask("NAMED GET c100001 number")?.contains(
            #""snapshot":"s1","customer":{"number":1}"#) == true)
        source.state.withLock { $0.newest = "s2" }
        await reload(server)
        #expect(
          client.ask("NAMED GET c100001 number")?.contains(
            #""snapshot":"s2","customer":{"number":2}"#) == true)
        let deadline = ContinuousClock.now + .seconds(5)
        while server.host.holder.retiredCount > 0 && ContinuousClock.now < deadline {
          usleep(10_000)
        }
        #expect(server.host.holder.retiredCount == 0)
      }
    }

    @Test func aNewSnapshotIsFoundWithoutBeingAsked() async throws {
      let source = TestSource()
      try await withServer(source: source) {
        $0.reloadSeconds = 0.05
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        source.state.withLock { $0.newest = "s7" }
        let deadline = ContinuousClock.now + .seconds(5)
        var reply: String?
        repeat {
          usleep(20_000)
          reply = client.ask("GET c100001 number")
        } while reply?.contains(":7}") != true && ContinuousClock.now < deadline
        #expect(reply == #"{"ok":true,"customer":{"number":7}}"#)
      }
    }

    @Test func aDamagedSnapshotIsRefusedAndTheOldOneServed() async throws {
      let source = TestSource()
      try await withServer(source: source) {
        $0.reloadSeconds = 0.02
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        source.state.withLock {
          $0.newest = "s2"
          $0.isDamaged = true
        }
        usleep(300_000)
        #expect(client.ask("GET c100001 number") == #"{"ok":true,"customer":{"number":1}}"#)
        // It is not loaded over and over: only when it is asked for again.
        #expect(source.state.withLock { $0.loadCount } == 2)
        #expect(server.host.holder.figures.refusedCount == 1)
        source.state.withLock { $0.isDamaged = false }
        await reload(server)
        #expect(client.ask("GET c100001 number") == #"{"ok":true,"customer":{"number":2}}"#)
      }
    }

    @Test func aQueryKeepsItsSnapshotThroughASwap() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 1_500 }
      try await withServer(source: source) { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send("NAMED SNAPSHOTS\n")
        usleep(50_000)
        source.state.withLock { $0.newest = "s2" }
        await reload(server)
        #expect(server.host.holder.retiredCount == 1)
        #expect(client.line()?.contains(#""snapshot":"s1""#) == true)
        #expect(client.ask("NAMED DBSIZE")?.contains(#""snapshot":"s2""#) == true)
      }
    }

    @Test func aHundredSwapsUnderLoadShowNoError() async throws {
      let source = TestSource()
      try await withServer(source: source) { server in
        let port = try #require(server.port)
        let load = Load(port: port)
        let asking = Task.detached { try await load.run() }
        for number in 2...101 {
          source.state.withLock { $0.newest = "s\(number)" }
          await reload(server)
        }
        load.stop()
        try await asking.value
        #expect(load.mistakes.isEmpty)
        #expect(load.replyCount > 100)
        #expect(server.host.holder.figures.swapCount == 100)
      }
    }

    /// Asks until it is stopped; both customers of a reply come from the snapshot that the reply names, and time
    /// does not run backwards.
    private final class Load: Sendable {
      private let port: Int
      private let isDone = Mutex(false)
      private let state = Mutex((mistakes: [String](), replyCount: 0))

      init(port: Int) { self.port = port }

      var mistakes: [String] { state.withLock { $0.mistakes } }
      var replyCount: Int { state.withLock { $0.replyCount } }
      func stop() { isDone.withLock { $0 = true } }

      func run() async throws {
        let client = try SocketClient(port: port)
        var last = 0
        while !isDone.withLock({ $0 }) {
          let reply = client.ask("NAMED MGET c100001 c100099") ?? "no reply"
          let json = try? JSON.parse(reply)
          let number = json?["snapshot"]?.stringValue.flatMap { Int($0.dropFirst()) } ?? -1
          let customers = json?["customers"]?.arrayValue ?? []
          let isWhole =
            customers.count == 2 && customers.allSatisfy { $0["number"]?.intValue == number }
          state.withLock {
            $0.replyCount += 1
            if !isWhole || number < last { $0.mistakes.append(reply) }
          }
          last = number
          await Task.yield()
        }
      }
    }

    @Test func drainingAnswersWhatIsUnderWayAndClosesTheRest() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 500 }
      try await withServer(source: source) { server in
        let port = try #require(server.port)
        let busy = try SocketClient(port: port)
        let idle = try SocketClient(port: port)
        #expect(idle.ask("PING") != nil)
        busy.send("SNAPSHOTS\nPING\n")
        usleep(100_000)
        let start = ContinuousClock.now
        await server.stop()
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(busy.rest()?.split(separator: "\n").count == 2)
        #expect(idle.rest() == "")
        #expect(throws: SocketClient.Failure.self) { try SocketClient(port: port) }
      }
    }

    @Test func drainingDoesNotWaitLongerThanItMay() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 3_000 }
      try await withServer(source: source) {
        $0.drainSeconds = 0.3
      } body: { server in
        let busy = try SocketClient(port: try #require(server.port))
        busy.send("SNAPSHOTS\n")
        usleep(100_000)
        let start = ContinuousClock.now
        await server.stop()
        #expect(start.duration(to: .now) < .seconds(2))
        #expect(busy.rest() == "")
      }
    }
  }
}
