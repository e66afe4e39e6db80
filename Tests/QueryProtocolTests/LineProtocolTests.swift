import JSONText
import QueryProtocol
import Testing

@Suite struct LineProtocolTests {
  @Test func aProfileIsOneLineOfJSON() {
    let client = Conversation(sampleBase())
    #expect(
      client.send("GET c1\n")
        == #"{"ok":true,"customer":{"customer_id":"c1","last_purchase":"2024-10-05","orders":3,"#
        + #""monetary_total":122.9567,"r":2,"segment":"At risk","p_alive":null,"vip":false}}"#
        + "\n")
    #expect(client.send("get nobody\r\n") == #"{"ok":true,"customer":null}"# + "\n")
    #expect(
      client.send("GET c2 segment p_alive\n")
        == #"{"ok":true,"customer":{"segment":"New \"x\"","p_alive":0.2857143}}"# + "\n")
  }

  @Test func everyCommandRepliesWithOneJSONObject() throws {
    let lines = [
      "GET c0", "MGET c0 nobody c2", "HGETALL c0", "HGETALL nobody", "HGET c0 orders",
      "HMGET c0 orders segment", "EXISTS c0 c0 nobody", "DBSIZE", "SELECT 0", "SEGMENTS",
      "SEGMENT Champions", "SEGMENT Champions LIMIT 1 AFTER c0", "SCHEMA", "SNAPSHOTS",
      "NAMED GET c0", "INFO", "HELP", "HELP GET", "COMMAND", "COMMAND COUNT", "COMMAND DOCS",
      "COMMAND INFO get nothing", "PING", "PING hello", "ECHO \"a b\"", "HELLO", "HELLO 3",
      "CLIENT ID", "CLIENT GETNAME", "CLIENT SETNAME x", "CLIENT SETINFO lib-name y",
      "CLIENT INFO", "QUIT",
    ]
    for line in lines {
      let client = Conversation(sampleBase())
      let reply = client.send(line + "\n")
      #expect(reply.hasSuffix("\n"))
      #expect(reply.split(separator: "\n").count == 1, "\(line)")
      let json = try JSON.parse(reply)
      #expect(json["ok"] == true, "\(line): \(reply)")
    }
  }

  @Test func argumentsInQuotesAreJSONStrings() {
    let client = Conversation(sampleBase())
    #expect(client.send("ECHO \"a b\"\n") == #"{"ok":true,"reply":"a b"}"# + "\n")
    #expect(client.send(#"ECHO "a\"\u00e9\\""# + "\n") == #"{"ok":true,"reply":"a\"é\\"}"# + "\n")
    #expect(client.send(#"GET "c2" r"# + "\n") == #"{"ok":true,"customer":{"r":3}}"# + "\n")
    #expect(client.send("ECHO a\"b\"\n") == #"{"ok":true,"reply":"a\"b\""}"# + "\n")
  }

  @Test func anArgumentInQuotesThatIsNoJSONStringIsRefusedWithItsPlace() throws {
    let client = Conversation(sampleBase())
    let arguments = [
      #""half"#, #""bad\x""#, #""\ud83d""#, #""a b"#, "\"", #""a"b"#, #""a\"#, "\"a\tb\"",
    ]
    for argument in arguments {
      for (command, byte) in [("ECHO", 5), ("NAMED ECHO", 11), ("GET c1", 7)] {
        let json = try JSON.parse(client.send("\(command) \(argument)\n"))
        #expect(json["code"] == "invalid_text", "\(command) \(argument)")
        #expect(json["error"]?.stringValue?.contains("at byte \(byte) ") == true)
      }
    }
    // What a query holds is its own affair, and the next line begins anew.
    #expect(client.send(#"SELECT r AS "a b" FROM customers LIMIT 1"# + "\n").contains(#""a b""#))
    #expect(client.send(#"NAMED SELECT "r"FROM customers LIMIT 1"# + "\n").contains("rows"))
    #expect(client.send(#"COUNT WHERE "r"=2"# + "\n") == #"{"ok":true,"count":1}"# + "\n")
    #expect(client.send("ECHO x\n") == #"{"ok":true,"reply":"x"}"# + "\n")
  }

  @Test func aWrongNumberOfArgumentsShowsTheUsage() throws {
    let client = Conversation(sampleBase())
    for (line, usage) in [("DBSIZE x", "it is: DBSIZE"), ("HGET c1", "it is: HGET id column")] {
      let json = try JSON.parse(client.send(line + "\n"))
      #expect(json["error"]?.stringValue?.hasSuffix(usage) == true)
    }
  }

  @Test func anObjectHasAColumnThatIsNamedTwiceOnce() {
    let client = Conversation(sampleBase())
    #expect(
      client.send("GET c2 segment r segment r\n")
        == #"{"ok":true,"customer":{"segment":"New \"x\"","r":3}}"# + "\n")
    #expect(client.send("HMGET c2 r r\n") == #"{"ok":true,"values":[3,3]}"# + "\n")
  }

  @Test func whatIsWrongIsAReplyAndTheConnectionGoesOn() {
    let client = Conversation(sampleBase())
    let mistakes = [
      ("GTE c1", "unknown_command"), ("GET", "wrong_arguments"), ("HGET c1", "wrong_arguments"),
      ("GET c1 ordres", "unknown_column"), ("SEGMENT Champion", "unknown_segment"),
      ("SELECT 1", "wrong_arguments"), ("HELLO 4", "unsupported_protocol"),
      ("NAMED NAMED GET c1", "wrong_arguments"), ("EXPLAIN nobody", "not_found"),
      ("SCORE orders=1", "wrong_arguments"), ("CLIENT LIST", "wrong_arguments"),
      ("AUTH x", "wrong_token"), ("SEGMENT Champions LIMIT 0", "limit_exceeded"),
      ("SEGMENT Champions FIRST 3", "wrong_arguments"), ("HELP NOTHING", "unknown_command"),
    ]
    for (line, code) in mistakes {
      let reply = client.send(line + "\n")
      #expect(reply.hasPrefix(#"{"ok":false,"code":"\#(code)","#), "\(line): \(reply)")
      #expect(client.send("PING\n") == #"{"ok":true,"reply":"PONG"}"# + "\n")
    }
    #expect(client.send("GTE c1\n").contains("did you mean GET?"))
    #expect(client.send("GET c1 ordres\n").contains("did you mean orders?"))
    #expect(client.send("SEGMENT Champion\n").contains("did you mean Champions?"))
  }

  @Test func textThatIsNotUTF8IsRefusedWithItsPlace() throws {
    let client = Conversation(sampleBase())
    for bytes: [UInt8] in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0x61, 0x00]] {
      let reply = client.send(Array("GET ab".utf8) + bytes + [0x0A])
      let json = try JSON.parse(reply)
      #expect(json["code"] == "invalid_text")
      #expect(json["error"]?.stringValue?.contains("byte \(bytes == [0x61, 0] ? 7 : 6)") == true)
    }
    #expect(client.send("GET c1 r\n") == #"{"ok":true,"customer":{"r":2}}"# + "\n")
    #expect(try JSON.parse(client.send([0xFF, 0xFE, 0x0A]))["code"] == "unknown_command")
  }

  @Test func requestsSplitAtEveryByteGetTheSameReplies() {
    let script = "GET c1\r\n\n  \nMGET c0 \"c2\" é\nSEGMENTS\nNOPE\nPING\n"
    let whole = Conversation(sampleBase())
    let expected = whole.send(script)
    let bytes = Array(script.utf8)
    for cut in 0...bytes.count {
      let client = Conversation(sampleBase())
      let first = client.send(Array(bytes[..<cut]))
      let second = client.send(Array(bytes[cut...]))
      #expect(String(decoding: first + second, as: UTF8.self) == expected)
    }
    let client = Conversation(sampleBase())
    let single = bytes.flatMap { client.send([$0]) }
    #expect(String(decoding: single, as: UTF8.self) == expected)
  }

  @Test func aLineOfTheLimitPassesAndOneByteMoreCloses() {
    var limits = ServiceLimits()
    limits.requestByteCountMax = 100
    for (length, closes) in [(100, false), (101, true), (5_000, true)] {
      for step in [1, 7, 10_000] {
        let client = Conversation(sampleBase(), Service(limits: limits, host: StubHost()))
        let line = Array(("ECHO " + String(repeating: "x", count: length - 6) + "\n").utf8)
        var reply: [UInt8] = []
        var at = 0
        while at < line.count {
          reply += client.send(Array(line[at..<min(line.count, at + step)]))
          at += step
        }
        #expect(client.isClosed == closes)
        #expect(String(decoding: reply, as: UTF8.self).contains("request_too_long") == closes)
      }
    }
  }

  @Test func aBrowserIsTurnedAway() {
    for line in ["POST / HTTP/1.1\r\n", "Host: 127.0.0.1:7411\r\n"] {
      let client = Conversation(sampleBase())
      #expect(client.send(line + "GET c1\n").contains("foreign_protocol"))
      #expect(client.isClosed)
    }
  }

  @Test func aNamedReplyNamesItsSnapshot() {
    let client = Conversation(sampleBase())
    #expect(
      client.send("NAMED GET c1 r\n")
        == #"{"ok":true,"snapshot":"2026-11-21.1","customer":{"r":2}}"# + "\n")
    #expect(client.send("NAMED SEGMENTS\n").hasPrefix(#"{"ok":true,"snapshot":"2026-11-21.1","#))
    #expect(client.send("DBSIZE\n") == #"{"ok":true,"count":5}"# + "\n")
  }
}
