import QueryProtocol
import Testing

@Suite struct AuthenticationTests {
  private func client(_ limits: ServiceLimits = ServiceLimits()) throws -> Conversation {
    let token = try #require(AccessToken(Array("s3cret\n".utf8)))
    return Conversation(sampleBase(), Service(limits: limits, token: token, host: StubHost()))
  }

  @Test func nothingButAuthenticationIsAnsweredBeforeIt() throws {
    for command in Command.allCases where ![.auth, .hello, .quit].contains(command) {
      let line = try client()
      #expect(
        line.send("\(command.name) c1 segment\n").contains(#""code":"authentication_required""#))
      let redis = try client()
      #expect(redis.command("\(command.name)", "c1", "segment").hasPrefix("-NOAUTH "))
    }
    let line = try client()
    #expect(line.send("NONSENSE\n").contains(#""code":"authentication_required""#))
    #expect(line.send("HELLO\n").contains(#""code":"authentication_required""#))
  }

  @Test func theTokenOpensTheConnection() throws {
    let line = try client()
    #expect(
      line.send("AUTH s3cret\nDBSIZE\n") == """
        {"ok":true,"reply":"OK"}
        {"ok":true,"count":5}

        """)
    let redis = try client()
    #expect(redis.command("AUTH", "default", "s3cret") == "+OK\r\n")
    #expect(redis.command("DBSIZE") == ":5\r\n")
    let three = try client()
    #expect(three.command("HELLO", "3", "AUTH", "default", "s3cret").hasPrefix("%7\r\n"))
    #expect(three.command("GET", "nobody") == "_\r\n")
  }

  @Test func theThirdWrongTokenClosesTheConnection() throws {
    let redis = try client()
    for (token, closes) in [("", false), ("s3cretX", false), ("s3cres", true)] {
      #expect(redis.command("AUTH", token).hasPrefix("-WRONGPASS "))
      #expect(redis.isClosed == closes)
    }
  }

  @Test func beforeTheTokenRequestsAreShort() throws {
    let short = try client()
    #expect(
      short.send("AUTH " + String(repeating: "x", count: 1_018) + "\n").contains("wrong_token"))
    let long = try client()
    #expect(
      long.send("AUTH " + String(repeating: "x", count: 1_019) + "\n").contains("request_too_long"))
    #expect(long.isClosed)
    let opened = try client()
    let line = "ECHO " + String(repeating: "x", count: 60_000) + "\n"
    #expect(opened.send("AUTH s3cret\n" + line).contains("xxxxxxxx"))
  }

  @Test func tokensAreComparedWhole() throws {
    let token = try #require(AccessToken(Array("  abcabc \r\n".utf8)))
    for (candidate, matches) in [
      ("abcabc", true), ("abc", false), ("abcabcabc", false), ("", false), ("abcabd", false),
      (" abcabc", false),
    ] {
      #expect(token.matches(Array(candidate.utf8).span) == matches, "\(candidate)")
    }
    #expect(AccessToken([]) == nil)
    #expect(AccessToken(Array(" \n".utf8)) == nil)
    #expect(AccessToken(Array(repeating: 0x61, count: 513)) == nil)
  }
}
