import JSONText
import Testing

@Suite struct JSONTests {
  @Test func aDocumentSurvivesWritingAndReading() throws {
    let document: JSON = [
      "name": "日本 \"x\"\\\n\u{1}", "count": 9_223_372_036_854_775_807, "share": 0.1,
      "none": nil, "flags": [true, false], "empty": [], "inner": ["a": 1, "b": [:]],
    ]
    #expect(try JSON.parse(document.compactText) == document)
    #expect(try JSON.parse(document.prettyText) == document)
  }

  @Test func escapesAndSurrogatePairsAreRead() throws {
    #expect(try JSON.parse(#""\u0041\ud83d\ude00\/\t""#) == .string("A😀/\t"))
  }

  @Test(arguments: [
    "", "{", "[1,", "[1,]", "{\"a\"}", "{\"a\":1,\"a\":2}", "01", "1.", "1e", "-", "nul",
    "\"\u{1}\"",
    "\"\\ud800\"", "\"\\x\"", "1 2", "1e999", String(repeating: "[", count: 5_000),
  ])
  func badTextIsAnErrorAndNotATrap(_ text: String) {
    #expect(throws: JSONError.self) { try JSON.parse(text) }
  }

  @Test func invalidUTF8IsAnError() {
    #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xFF, 0x22] as [UInt8]) }
  }

  @Test func numbersThatJSONCannotSayAreNull() {
    #expect(JSON.number(.nan).compactText == "null")
    #expect(JSON.number(2).compactText == "2.0")
    #expect(JSON.number(0.1).compactText == "0.1")
  }
}
