import Columns
import JSONText
import QueryProtocol
import Testing

@Suite struct QueryTests {
  @Test func aLineThatBeginsWithSelectIsAQuery() throws {
    let client = Conversation(sampleBase())
    let query =
      "SELECT segment, count(*) AS n, sum(monetary_total) FROM customers GROUP BY segment ORDER BY segment"
    let reply = client.send(query + "\n")
    #expect(
      reply
        == #"{"ok":true,"columns":[{"name":"segment","type":"string"},{"name":"n","type":"integer"},"#
        + #"{"name":"sum(monetary_total)","type":"decimal"}],"rows":[["At risk",2,616.2835],"#
        + #"["Champions",2,369.3701],["New \"x\"",1,246.4134]]}"# + "\n")
    #expect(client.send("QUERY \(query)\n") == reply)
    #expect(
      client.send("query \(query.lowercased().replacing("segment", with: "SEGMENT"))\n").contains(
        "616.2835"))
  }

  @Test func repliesToQueriesAreTypedInRESP3() {
    let client = Conversation(sampleBase())
    let query = "SELECT orders, p_alive, vip, last_purchase FROM customers WHERE customer_id = 'c1'"
    #expect(
      client.command("QUERY", query).hasSuffix(
        "$4\r\nrows\r\n*1\r\n*4\r\n:3\r\n$-1\r\n:0\r\n$10\r\n2024-10-05\r\n"))
    _ = client.command("HELLO", "3")
    #expect(
      client.command("SELECT", String(query.dropFirst(7))).hasSuffix(
        "$4\r\nrows\r\n*1\r\n*4\r\n:3\r\n_\r\n#f\r\n$10\r\n2024-10-05\r\n"))
    #expect(
      client.command("QUERY", "SELECT", "p_alive", "FROM", "customers", "WHERE", "orders=6")
        .hasSuffix("*1\r\n*1\r\n,0.2857142984867096\r\n")
        || client.command("QUERY", "SELECT p_alive FROM customers WHERE orders = 6").hasSuffix(
          "*1\r\n*1\r\n,0.2857143\r\n")
    )
  }

  @Test func decimalsOfMoreThanFourDigitsKeepThem() throws {
    let client = Conversation(sampleBase())
    let items = "1234567890.12345678, -0.00001, 0.1234500, 12345678901234567.8"
    let query = "SELECT \(items) FROM customers LIMIT 1"
    let numbers = ["1234567890.12345678", "-0.00001", "0.12345", "12345678901234567.80"]
    let reply = client.send(query + "\n")
    #expect(reply.contains("\"decimal\"}],\"rows\":[[\(numbers.joined(separator: ","))]]}"))
    let redis = Conversation(sampleBase())
    let texts = numbers.map { "$\($0.utf8.count)\r\n\($0)\r\n" }
    #expect(redis.command("QUERY", query).hasSuffix("*1\r\n*4\r\n" + texts.joined()))
    _ = redis.command("HELLO", "3")
    #expect(
      redis.command("QUERY", query).hasSuffix(
        "*1\r\n*4\r\n" + numbers.map { ",\($0)\r\n" }.joined()))
  }

  @Test func aMistakeInAQueryNamesItsPlace() throws {
    let client = Conversation(sampleBase())
    let error = try JSON.parse(client.send("SELECT segmnt FROM customers\n"))
    #expect(error["ok"] == false)
    #expect(error["code"] == "invalid_query")
    #expect(error["line"] == 1)
    #expect(error["column"] == 8)
    #expect(error["excerpt"]?.stringValue?.contains("\n       ^\n") == true)
    #expect(error["error"]?.stringValue?.contains("did you mean segment?") == true)
    let resp = client.command("QUERY", "SELECT segmnt FROM customers")
    #expect(resp.isEmpty || resp.hasPrefix("{") || resp.hasPrefix("-ERR "))
    let redis = Conversation(sampleBase())
    #expect(
      redis.command("QUERY", "SELECT segmnt FROM customers").hasSuffix("(line 1, column 8)\r\n"))
  }

  @Test func aLimitThatIsNoWholeNumberIsShownAsItIsWritten() throws {
    let client = Conversation(sampleBase())
    for limit in ["1.5", "1e3", "2.50"] {
      let json = try JSON.parse(client.send("SELECT r FROM customers LIMIT \(limit)\n"))
      #expect(json["error"] == .string("expected a whole number of rows, found \(limit)"))
    }
  }

  @Test func customersAreCountedByACondition() throws {
    let client = Conversation(sampleBase(count: 100))
    #expect(client.send("COUNT\n") == #"{"ok":true,"count":100}"# + "\n")
    #expect(client.send("COUNT WHERE r >= 4 AND vip\n") == #"{"ok":true,"count":20}"# + "\n")
    #expect(client.send("count where segment = 'At risk'\n") == #"{"ok":true,"count":33}"# + "\n")
    #expect(client.send("COUNT r >= 4\n").contains("wrong_arguments"))
    #expect(client.send("COUNT WHERE r >=\n").contains("invalid_query"))
    #expect(client.send("COUNT WHERE orders\n").contains("invalid_query"))
    let redis = Conversation(sampleBase(count: 100))
    #expect(redis.command("COUNT", "WHERE", "r", ">=", "4") == ":40\r\n")
  }

  @Test func rowsAndBytesOfAReplyAreLimited() {
    var limits = ServiceLimits()
    limits.replyRowCountMax = 10
    let rows = Conversation(sampleBase(count: 11), Service(limits: limits, host: StubHost()))
    #expect(rows.send("SELECT customer_id FROM customers\n").contains("limit_exceeded"))
    #expect(rows.send("SELECT customer_id FROM customers LIMIT 10\n").contains(#""ok":true"#))
    limits = ServiceLimits()
    limits.outputByteCountMax = 20_000
    let bytes = Conversation(sampleBase(count: 1_000), Service(limits: limits, host: StubHost()))
    #expect(bytes.send("SELECT * FROM customers\n").contains("limit_exceeded"))
    #expect(bytes.send("PING\n") == #"{"ok":true,"reply":"PONG"}"# + "\n")
  }

  @Test func repliesOfManyPartsStopAtTheirLimit() {
    var limits = ServiceLimits()
    limits.outputByteCountMax = 3_000
    let service = Service(limits: limits, host: StubHost())
    let client = Conversation(sampleBase(count: 1_000), service)
    let ids = (0..<500).map { "c\($0)" }
    let columns = Array(repeating: "customer_id", count: 256).joined(separator: " ")
    for request in [
      "MGET \(ids.joined(separator: " "))", "HMGET c100 \(columns)",
      "SEGMENT Champions", "SELECT customer_id FROM customers",
      "SELECT \(Array(repeating: "r", count: 900).joined(separator: ",")) FROM customers LIMIT 1",
    ] {
      let reply = client.send(request + "\n")
      #expect(reply.contains("limit_exceeded"), "\(request.prefix(40)): \(reply.prefix(100))")
      #expect(reply.utf8.count < 300)
      #expect(client.send("PING\n") == #"{"ok":true,"reply":"PONG"}"# + "\n")
    }
    let redis = Conversation(sampleBase(count: 1_000), service)
    #expect(redis.send(resp(["MGET"] + ids)).starts(with: Array("-LIMIT ".utf8)))
    #expect(redis.command("PING") == "+PONG\r\n")
  }

  @Test func aScoreOfManyArgumentsIsRefusedBeforeTheyAreRead() {
    let base = sampleBase()
    let client = Conversation(base)
    func score(_ count: Int) -> String {
      client.send("SCORE \((0..<count).map { "a\($0)=1" }.joined(separator: " "))\n")
    }
    let countMax = 16 + base.frame.names.count
    #expect(score(5_000).contains("5000 arguments are more than the \(countMax) that SCORE takes"))
    #expect(score(countMax + 1).contains("arguments are more than"))
    #expect(score(countMax).contains("SCORE does not know 'a0'"))
  }

  @Test func aQueryOfAnotherDateAsksThatSnapshot() throws {
    struct Host: ServiceHost {
      func information(on base: CustomerBase) -> [(title: String, members: [JSON.Member])] { [] }
      func snapshots() throws -> [JSON] { [] }
      func customers(at date: String) throws -> CustomerBase? {
        date == "2026-11-20" ? sampleBase(count: 3, name: "2026-11-20.1") : nil
      }
    }
    let client = Conversation(sampleBase(), Service(host: Host()))
    #expect(
      client.send("NAMED SELECT count(*) AS n FROM customers AT '2026-11-20'\n").hasPrefix(
        #"{"ok":true,"snapshot":"2026-11-20.1","#))
    #expect(
      client.send("SELECT count(*) AS n FROM customers AT '2026-11-20'\n").hasSuffix("[[3]]}\n"))
    let none = try JSON.parse(client.send("SELECT count(*) FROM customers AT '2020-01-01'\n"))
    #expect(none["code"] == "invalid_query")
    #expect(none["line"] == 1 && none["column"] == 35)
    #expect(
      none["excerpt"]?.stringValue?.hasSuffix(
        "^\nno snapshot of 2020-01-01; SNAPSHOTS lists them") == true)
  }
}
