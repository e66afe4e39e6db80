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
  /// Redis' own clients, where they are installed.
  @Suite struct RedisClientTests {
    /// What a shell command prints, errors included.
    private static func output(_ command: String) -> String {
      guard let pipe = popen(command + " 2>&1", "r") else { return "" }
      defer { pclose(pipe) }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = fread(&chunk, 1, chunk.count, pipe)
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += chunk[..<count]
      }
    }

    private static let hasRedisCLI = output("command -v redis-cli").contains("redis-cli")

    /// A Python that has redis-py: the one named by STRATA_PEERS_PYTHON, or the system's.
    private static let python: String? = {
      let named = getenv("STRATA_PEERS_PYTHON").map { String(cString: $0) }
      return [named, "python3"].compactMap { $0 }.first {
        // Not a word that a shell says of a program that it does not find.
        output("\($0) -c 'import redis; print(\"redis-py\")'") == "redis-py\n"
      }
    }()

    @Test(.enabled(if: hasRedisCLI, "redis-cli is not installed"))
    func redisCLIIsAClient() async throws {
      let token = try #require(AccessToken(Array("secret".utf8)))
      try await withServer {
        $0.token = token
      } body: { server in
        let port = try #require(server.port)
        func cli(_ arguments: String) -> String {
          Self.output("redis-cli --no-auth-warning -a secret -p \(port) \(arguments)")
        }
        #expect(cli("PING") == "PONG\n")
        #expect(cli("HGET c100007 orders") == "7\n")
        #expect(cli("--no-raw EXISTS c100007 nobody") == "(integer) 1\n")
        #expect(cli("--no-raw GET nobody") == "(nil)\n")
        #expect(cli("-3 --no-raw HGETALL c100007").contains("1# \"customer_id\" => \"c100007\""))
        #expect(cli("--json -3 SEGMENTS").contains(#""Champions":50"#))
        #expect(cli("SELECT 'count(*) FROM customers'").hasSuffix("100\n"))
        #expect(cli("INFO").contains("connected_clients:1"))
        #expect(cli("INFO server").hasPrefix("# Server") && !cli("INFO server").contains("# Cl"))
        #expect(
          Self.output("redis-cli -p \(port) PING").hasPrefix("NOAUTH "))
      }
    }

    @Test(.enabled(if: python != nil, "redis-py is not installed"))
    func redisPyIsAClient() async throws {
      let python = try #require(Self.python)
      try await withServer { server in
        let port = try #require(server.port)
        for version in [2, 3] {
          let script = """
            import json, redis
            r = redis.Redis(port=\(port), protocol=\(version), decode_responses=True)
            assert r.ping()
            assert json.loads(r.get("c100007"))["orders"] == 7
            assert r.get("nobody") is None
            assert r.hgetall("c100007")["orders"] == "7"
            assert r.hmget("c100007", "orders", "segment") == ["7", "At risk"]
            assert r.exists("c100007", "nobody") == 1 and r.dbsize() == 100
            assert [json.loads(x)["orders"] for x in r.mget("c100001", "c100002")] == [1, 2]
            assert r.info()["connected_clients"] >= 1
            assert r.info("server")["server"] == "strata" and r.info("replication") == {}
            assert r.command()["get"]["arity"] == -2
            assert r.execute_command("COUNT", "WHERE orders < 10") == 10
            pipe = r.pipeline(transaction=False)
            for i in range(5000): pipe.get("c%d" % (100000 + i % 100))
            assert [json.loads(x)["orders"] for x in pipe.execute()] == [i % 100 for i in range(5000)]
            try:
                r.execute_command("QUERY", "SELECT nothing FROM customers")
                assert False
            except redis.ResponseError as e:
                assert "column 8" in str(e), e
            print("all is well")
            """
          let path = "/tmp/strata-redis-py-\(getpid()).py"
          let file = try #require(fopen(path, "w"))
          fputs(script, file)
          fclose(file)
          defer { unlink(path) }
          #expect(Self.output("\(python) \(path)") == "all is well\n")
        }
      }
    }
  }
}
