import QueryProtocol
import Testing

@Suite struct RESPTests {
  @Test func customersReadAsRedisWouldGiveThem() {
    let client = Conversation(sampleBase())
    let profile =
      #"{"customer_id":"c1","last_purchase":"2024-10-05","orders":3,"monetary_total":122.9567,"#
      + #""r":2,"segment":"At risk","p_alive":null,"vip":false}"#
    #expect(client.command("GET", "c1") == "$\(profile.utf8.count)\r\n\(profile)\r\n")
    #expect(client.command("GET", "nobody") == "$-1\r\n")
    #expect(client.command("MGET", "nobody", "c1").hasPrefix("*2\r\n$-1\r\n$\(profile.utf8.count)"))
    #expect(client.command("EXISTS", "c1", "c1", "nobody") == ":2\r\n")
    #expect(client.command("DBSIZE") == ":5\r\n")
    #expect(client.command("HGET", "c1", "segment") == "$7\r\nAt risk\r\n")
    #expect(client.command("HGET", "c1", "p_alive") == "$-1\r\n")
    #expect(client.command("HMGET", "c1", "orders", "vip") == "*2\r\n$1\r\n3\r\n$1\r\n0\r\n")
    #expect(client.command("HGETALL", "nobody") == "*0\r\n")
    #expect(
      client.command("HGETALL", "c1")
        == "*14\r\n$11\r\ncustomer_id\r\n$2\r\nc1\r\n$13\r\nlast_purchase\r\n$10\r\n2024-10-05\r\n"
        + "$6\r\norders\r\n$1\r\n3\r\n$14\r\nmonetary_total\r\n$8\r\n122.9567\r\n"
        + "$1\r\nr\r\n$1\r\n2\r\n$7\r\nsegment\r\n$7\r\nAt risk\r\n$3\r\nvip\r\n$1\r\n0\r\n")
  }

  @Test func helloThreeSwitchesToTypedReplies() {
    let client = Conversation(sampleBase())
    #expect(client.command("HELLO", "3").hasPrefix("%7\r\n$6\r\nserver\r\n$6\r\nstrata\r\n"))
    #expect(client.command("GET", "nobody") == "_\r\n")
    #expect(client.command("HGETALL", "c2").hasPrefix("%8\r\n"))
    #expect(client.command("SEGMENTS").hasPrefix("%3\r\n$9\r\nChampions\r\n:2\r\n"))
    #expect(client.command("SCHEMA").contains("$8\r\nnullable\r\n#t\r\n"))
    #expect(client.command("HELLO", "2").hasPrefix("*14\r\n"))
    #expect(client.command("GET", "nobody") == "$-1\r\n")
  }

  @Test func errorsStartWithAWordAndStayOnOneLine() {
    let client = Conversation(sampleBase())
    #expect(client.command("NOPE\r\nX").hasPrefix("-ERR unknown command 'NOPE"))
    #expect(client.command("GET").hasPrefix("-ERR wrong number of arguments"))
    #expect(client.command("HELLO", "9").hasPrefix("-NOPROTO "))
    for reply in [client.command("NOPE\r\nX"), client.command("GET", "c1", "a\nb")] {
      #expect(reply.hasSuffix("\r\n") && reply.utf8.filter { $0 == 0x0A }.count == 1)
    }
    #expect(client.command("PING") == "+PONG\r\n")
  }

  @Test func commandsSplitAtEveryByteGetTheSameReplies() {
    let script =
      resp(["GET", "c1"]) + Array("*0\r\n".utf8) + resp(["ECHO", ""])
      + resp(["MGET", "c0", "\u{0}\r\n", "c2"]) + resp(["SEGMENTS"]) + resp(["PING"])
    let whole = Conversation(sampleBase())
    let expected = whole.send(script)
    #expect(!whole.isClosed)
    for cut in 0...script.count {
      let client = Conversation(sampleBase())
      #expect(client.send(Array(script[..<cut])) + client.send(Array(script[cut...])) == expected)
    }
    let client = Conversation(sampleBase())
    #expect(script.flatMap { client.send([$0]) } == expected)
  }

  @Test func lengthsBeyondTheLimitAreRefusedBeforeTheirBytesCome() {
    let streams = [
      "*1000000000\r\n", "*-1\r\n", "*x\r\n", "*\r\n", "*99999999999999999999\r\n",
      "*2\r\n$1000000000\r\n", "*1\r\n$-1\r\n", "*1\r\n$65536\r\n", "*1\r\n:1\r\n",
      "*1\r\n$4\r\nPINGxx", "*1\r\n$4\nPING\n", "*1\r\n$4\r\rPING",
      "*1\r\n$4\r\nPING\r\nGET c1\r\n",
    ]
    for stream in streams {
      for step in [1, 100] {
        let client = Conversation(sampleBase())
        let bytes = Array(stream.utf8)
        var reply: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
          reply += client.send(Array(bytes[start..<min(bytes.count, start + step)]))
        }
        #expect(client.isClosed, "\(stream)")
        #expect(String(decoding: reply, as: UTF8.self).contains("-ERR "), "\(stream)")
      }
    }
  }

  @Test func idsOfAnyBytesAreLookedUp() {
    let client = Conversation(sampleBase())
    #expect(
      client.send([UInt8]("*2\r\n$3\r\nGET\r\n$3\r\n".utf8) + [0xFF, 0, 0xFE, 0x0D, 0x0A])
        == Array("$-1\r\n".utf8))
    #expect(
      client.send([UInt8]("*2\r\n$4\r\nECHO\r\n$3\r\n".utf8) + [0xFF, 0, 0xFE, 0x0D, 0x0A])
        == Array("$3\r\n".utf8) + [0xFF, 0, 0xFE, 0x0D, 0x0A])
  }

  @Test func aNamedReplyIsAPairOfSnapshotAndReply() {
    let client = Conversation(sampleBase())
    #expect(client.command("NAMED", "DBSIZE") == "*2\r\n$12\r\n2026-11-21.1\r\n:5\r\n")
    #expect(client.command("NAMED", "PING") == "*2\r\n$12\r\n2026-11-21.1\r\n+PONG\r\n")
    #expect(
      client.command("NAMED", "SEGMENTS").hasPrefix("*2\r\n$12\r\n2026-11-21.1\r\n*6\r\n"))
    #expect(client.command("DBSIZE") == ":5\r\n")
  }

  @Test func infoIsTheTextThatRedisClientsParse() {
    let client = Conversation(sampleBase())
    let text =
      "# Server\r\nversion:1.0.0\r\nuptime_seconds:3\r\n\r\n"
      + "# Commandstats\r\nget:calls=2,p99_us=1.5\r\n"
    #expect(client.command("INFO") == "$\(text.utf8.count)\r\n\(text)\r\n")
  }

  @Test func infoGivesTheSectionsThatAreNamed() {
    let client = Conversation(sampleBase())
    let server = "# Server\r\nversion:1.0.0\r\nuptime_seconds:3\r\n"
    let all = client.command("INFO")
    #expect(client.command("INFO", "server") == "$\(server.utf8.count)\r\n\(server)\r\n")
    #expect(client.command("INFO", "SERVER", "nope") == client.command("INFO", "server"))
    #expect(client.command("INFO", "server", "commandstats") == all)
    for name in ["all", "everything", "Default"] { #expect(client.command("INFO", name) == all) }
    for name in ["replication", "nope", ""] {
      #expect(client.command("INFO", name) == "$0\r\n\r\n")
    }
    let lines = Conversation(sampleBase())
    #expect(
      lines.send("INFO server\n")
        == #"{"ok":true,"server":{"version":"1.0.0","uptime_seconds":3}}"# + "\n")
    #expect(lines.send("INFO nope\n") == #"{"ok":true}"# + "\n")
  }

  @Test func aCommandIsDescribedInTheTenElementsOfRedis() {
    let client = Conversation(sampleBase())
    let get =
      "*10\r\n$3\r\nget\r\n:-2\r\n*1\r\n$8\r\nreadonly\r\n:1\r\n:1\r\n:1\r\n"
      + "*0\r\n*0\r\n*0\r\n*0\r\n"
    #expect(client.command("COMMAND", "INFO", "get") == "*1\r\n" + get)
    #expect(client.command("COMMAND").contains(get))
  }
}
