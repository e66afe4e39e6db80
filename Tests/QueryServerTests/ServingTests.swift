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
  @Suite struct ServingTests {
    @Test func bothProtocolsAnswerOnTCPAndOnAUnixSocket() async throws {
      let path = "/tmp/strata-test-\(getpid()).sock"
      try await withServer {
        $0.unixPath = path
      } body: { server in
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let port = try #require(server.port)
        for client in [try SocketClient(port: port), try SocketClient(unixPath: path)] {
          #expect(client.ask("GET c100007 orders") == #"{"ok":true,"customer":{"orders":7}}"#)
        }
        for client in [try SocketClient(port: port), try SocketClient(unixPath: path)] {
          client.send("*3\r\n$4\r\nHGET\r\n$7\r\nc100007\r\n$6\r\norders\r\n")
          #expect(client.bytes(7) == Array("$1\r\n7\r\n".utf8))
        }
      }
      #expect(access(path, F_OK) != 0, "the socket's file is cleared away")
    }

    @Test func aLiveSocketIsNotTakenAndADeadOneIsReplaced() async throws {
      let path = "/tmp/strata-test-live-\(getpid()).sock"
      try await withServer {
        $0.address = nil
        $0.unixPath = path
      } body: { _ in
        await #expect(throws: ServerError.socketInUse(path: path)) {
          try await withServer {
            $0.unixPath = path
          } body: { _ in
          }
        }
        let client = try SocketClient(unixPath: path)
        #expect(client.ask("PING") == #"{"ok":true,"reply":"PONG"}"#)
      }
      let file = open(path, O_CREAT | O_WRONLY, 0o600)
      close(file)
      await #expect(throws: ServerError.self) {
        try await withServer {
          $0.unixPath = path
        } body: { _ in
        }
      }
      unlink(path)
    }

    @Test func repliesComeInTheOrderOfRequestsEvenBehindASlowQuery() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 200 }
      try await withServer(source: source) { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send("ECHO 1\nSNAPSHOTS\nECHO 2\nSNAPSHOTS\nECHO 3\n")
        let replies = (0..<5).compactMap { _ in client.line() }
        #expect(replies.map { $0.contains("snapshots") } == [false, true, false, true, false])
        #expect(
          [replies[0], replies[2], replies[4]].map { $0.suffix(4) } == [
            #""1"}"#, #""2"}"#, #""3"}"#,
          ])
      }
    }

    @Test func oneClientsSlowQueryDoesNotHoldUpAnother() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 4_500 }
      try await withServer(source: source) { server in
        let port = try #require(server.port)
        let slow = try SocketClient(port: port)
        slow.send("SNAPSHOTS\n")
        let quick = try SocketClient(port: port)
        let start = ContinuousClock.now
        for _ in 0..<100 { #expect(quick.ask("GET c100001")?.contains("c100001") == true) }
        #expect(start.duration(to: .now) < .milliseconds(4_000))
        #expect(slow.line()?.contains("snapshots") == true)
      }
    }

    @Test func aClientThatSendsItsLastByteStillGetsItsReplies() async throws {
      let source = TestSource()
      source.state.withLock { $0.listMilliseconds = 200 }
      try await withServer(source: source) { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send("PING\nSNAPSHOTS\nPING\n")
        client.finishSending()
        let rest = try #require(client.rest())
        #expect(rest.split(separator: "\n").count == 3)
        #expect(rest.hasSuffix("\"PONG\"}\n"))
      }
    }

    @Test func quitClosesBehindItsReply() async throws {
      try await withServer { server in
        let client = try SocketClient(port: try #require(server.port))
        client.send("QUIT\nPING\n")
        #expect(client.rest() == "{\"ok\":true,\"reply\":\"OK\"}\n")
      }
    }

    @Test func aThousandPipelinedRequestsAreAnsweredInOrder() async throws {
      try await withServer { server in
        let client = try SocketClient(port: try #require(server.port))
        let requests = (0..<5_000).map { "GET c\(100_000 + $0 % 100) orders\n" }.joined()
        let lines = Task.detached { [client] in client.send(requests) }
        for i in 0..<5_000 {
          #expect(client.line() == #"{"ok":true,"customer":{"orders":\#(i % 100)}}"#)
        }
        #expect(await lines.value)
      }
    }

    @Test func repliesLargerThanSocketBuffersArriveWhole() async throws {
      try await withServer(source: TestSource(customerCount: 5_000)) { server in
        let client = try SocketClient(
          port: try #require(server.port), receiveBufferByteCount: 8_192)
        let ids = (0..<1_000).map { "c\(100_000 + $0)" }.joined(separator: " ")
        let request = "MGET \(ids)\n"
        client.send(request)
        for _ in 0..<50 { client.send("HELP\n") }
        client.send("PING\n")
        usleep(100_000)
        let first = try #require(client.line())
        #expect(try JSON.parse(first)["customers"]?.arrayValue?.count == 1_000)
        for _ in 0..<50 { #expect(client.line()?.contains("QUERY") == true) }
        #expect(client.line() == #"{"ok":true,"reply":"PONG"}"#)
      }
    }

    @Test func whatIsDeclaredUnsafeDoesNotStart() async throws {
      let token = try #require(AccessToken(Array("t".utf8)))
      let files = TLSFiles(certificatePath: "c", keyPath: "k")
      for (token, tls) in [(nil, nil), (token, nil), (nil, files)] as [(AccessToken?, TLSFiles?)] {
        for host in ["0.0.0.0", "::", "192.168.1.1"] {
          await #expect(throws: ServerError.self) {
            try await withServer {
              $0.address = ListenAddress(host: host, port: 0)
              $0.token = token
              $0.tls = tls
            } body: { _ in
            }
          }
        }
      }
      let nowhere = try await refusal { $0.address = nil }
      #expect(nowhere == .nowhereToListen && nowhere.category == .usage)
      #expect(try #require(ListenAddress("127.0.0.5:1")).isLoopback)
      #expect(try #require(ListenAddress("[::1]:1")).isLoopback)
      #expect(try #require(ListenAddress("[0:0:0:0:0:0:0:1]:1")).isLoopback)
      #expect(try #require(ListenAddress("localhost:1")).isLoopback)
      #expect(
        try !#require(ListenAddress("127x.example:1") ?? ListenAddress("0.0.0.0:1")).isLoopback)
      for text in [
        "", ":1", "host.example:1", "127.0.0.1", "127.0.0.1:65536", "::1:80", "1.2.3:4:5",
      ] {
        #expect(ListenAddress(text) == nil, "\(text)")
      }
    }

    /// Why a server of this configuration does not start.
    private func refusal(_ change: (inout ServerConfiguration) -> Void) async throws -> ServerError
    {
      try await #require(throws: ServerError.self) { try await withServer(change) { _ in } }
    }

    @Test func aRefusalNamesTheAddressAndWhatHelps() async throws {
      let open = try await refusal { $0.address = ListenAddress(host: "0.0.0.0", port: 7_997) }
      #expect(
        "\(open)" == "0.0.0.0:7997 can be reached from other machines, and a token and TLS are "
          + "missing; give --token-file, --tls-cert and --tls-key, or --insecure to serve everybody "
          + "unprotected")
      let token = try #require(AccessToken(Array("t".utf8)))
      let plain = try await refusal {
        $0.address = ListenAddress(host: "0.0.0.0", port: 7_997)
        $0.token = token
      }
      #expect("\(plain)".contains("TLS is missing; give --tls-cert and --tls-key, or --insecure"))
      let metrics = try await refusal {
        $0.token = token
        $0.tls = TLSFiles(certificatePath: "c", keyPath: "k")
        $0.metricsAddress = ListenAddress(host: "0.0.0.0", port: 7_996)
      }
      #expect("\(metrics)".contains("the metrics address 0.0.0.0:7996"))
      #expect("\(metrics)".contains("--metrics an address of this machine"))
      #expect("\(metrics)".contains("--insecure") && !"\(metrics)".contains("--token-file"))
      for error in [open, plain, metrics] { #expect(error.category == .usage) }
    }

    @Test func anAddressThatCannotBeListenedOnIsToldInWords() async throws {
      try await withServer { server in
        let port = try #require(server.port)
        let taken = try await refusal { $0.address = ListenAddress(host: "127.0.0.1", port: port) }
        #expect(
          "\(taken)" == "cannot listen on 127.0.0.1:\(port): Address already in use; stop the "
            + "program that listens there, or give --listen another address")
        #expect(taken.category == .unavailable)
        let metrics = try await refusal {
          $0.metricsAddress = ListenAddress(host: "127.0.0.1", port: port)
        }
        #expect("\(metrics)".contains("give --metrics another address"))
      }
      let folder = try await refusal { $0.unixPath = "/nowhere/strata.sock" }
      #expect(
        "\(folder)" == "cannot listen on /nowhere/strata.sock: No such file or directory; make its "
          + "folder, or give --unix another path")
      for path in ["", "/tmp/" + String(repeating: "x", count: 120)] {
        let error = try await refusal { $0.unixPath = path }
        #expect(error == .unusableSocketPath(path, byteCountMax: 103))
        #expect("\(error)".contains("1 to 103 bytes, this one \(path.utf8.count)"))
        #expect(error.category == .usage)
      }
    }

    @Test func metricsAreServedOverHTTP() async throws {
      try await withServer {
        $0.metricsAddress = ListenAddress(host: "127.0.0.1", port: 0)
      } body: { server in
        let client = try SocketClient(port: try #require(server.port))
        for _ in 0..<3 { _ = client.ask("GET c100001") }
        let port = try #require(server.metricsPort)
        let scraper = try SocketClient(port: port)
        scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\n")
        scraper.send("\r\n")
        let text = try #require(scraper.rest())
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.contains("\nstrata_request_seconds_count{command=\"get\"} 3\n"))
        #expect(text.contains("\nstrata_customers 100\n"))
        let stranger = try SocketClient(port: port)
        stranger.send("GET / HTTP/1.1\r\n\r\n")
        #expect(stranger.rest()?.hasPrefix("HTTP/1.1 404 ") == true)
        let long = try SocketClient(port: port)
        long.send(String(repeating: "x", count: 20_000))
        #expect(long.rest()?.hasPrefix("HTTP/1.1 431 ") == true)
      }
    }

    @Test func infoTellsSnapshotClientsAndLatencies() async throws {
      try await withServer { server in
        let client = try SocketClient(port: try #require(server.port))
        for _ in 0..<10 { _ = client.ask("GET c100001") }
        let info = try JSON.parse(try #require(client.ask("INFO")))
        #expect(info["snapshot"]?["snapshot"] == "s1")
        #expect(info["snapshot"]?["customers"] == 100)
        #expect(info["clients"]?["connected_clients"] == 1)
        let get = try #require(info["commandstats"]?["cmdstat_get"])
        #expect(get["calls"] == 10)
        let p50 = try #require(get["p50_us"]?.doubleValue)
        let max = try #require(get["max_us"]?.doubleValue)
        #expect(p50 > 0 && p50 <= max)
      }
    }
  }
}
