import JSONText
import Logging
import Testing

@testable import QueryServer

@Suite struct LogTests {
  @Test func aLineOfTextStaysALine() {
    let text = ServerLogHandler(format: .text).text(
      level: .info, message: "snapshot swapped", metadata: [("from", "a b"), ("to", "c\n\"d")],
      time: "2026-11-21T20:40:05Z")
    #expect(text == #"2026-11-21T20:40:05Z info snapshot swapped from="a b" to="c\n\"d""#)
  }

  @Test func aLineOfJSONHoldsTheSame() throws {
    let text = ServerLogHandler(format: .json).text(
      level: .error, message: "x", metadata: [("k", "v\n")], time: "t")
    let json = try JSON.parse(text)
    #expect(json["level"] == "error")
    #expect(json["message"] == "x")
    #expect(json["k"] == "v\n")
    #expect(!text.contains("\n"))
  }
}
