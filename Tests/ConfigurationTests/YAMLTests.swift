import Configuration
import Expressions
import Testing

/// What of YAML a configuration may use, and what is said of the rest.
@Suite struct YAMLTests {
  private func parse(_ text: String) throws -> Configuration {
    try Configuration.parse(text, path: "strata.yaml")
  }

  private func problems(_ text: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try Configuration.parse(text, path: "strata.yaml")
      return []
    } catch {
      return error.problems.map { "\($0.position.map { "\($0)" } ?? "-") \($0.message)" }
    }
  }

  /// What stands under `export: {salesforce: {a: …}}`.
  private func node(_ text: String) throws -> ConfigurationNode {
    let configuration = try parse("export:\n  salesforce:\n    a: \(text)\n")
    return try #require(configuration.export.systems["salesforce"]?["a"])
  }

  /// Nothing is made of a scalar before it is asked: neither YAML 1.1's numbers nor its words for true and false.
  @Test func plainTextsStayAsTheyAreWritten() throws {
    for text in [
      "0x10", "010", "1_000", "190:20:30", "1e3", ".inf", "2026-11-20", "yes", "off", "=", "-5",
    ] {
      #expect(try node(text).content == .scalar(text, isPlain: true))
      #expect(try node("'\(text)'").content == .scalar(text, isPlain: false))
      #expect(try node(text).flag == nil && !(try node(text).isNull))
    }
    for text in ["true", "True", "TRUE", "false"] {
      #expect(try node(text).flag == (text != "false") && (try node("\"\(text)\"").flag) == nil)
    }
    for text in ["", "~", "null", "Null", "NULL"] { #expect(try node(text).isNull) }
    for text in ["''", "\"~\"", "'null'", "|\n      ~", "nil"] {
      #expect(!(try node(text).isNull), "\(text)")
    }
  }

  @Test func quotesBlocksAndEscapesAreTakenOff() throws {
    let cases: [(String, String)] = [
      ("'it''s'", "it's"), ("\"a\\tb\\u00e9\\x41\\0\"", "a\tbéA\0"),
      ("|\n      x\n      y", "x\ny\n"),
      (">-\n      x\n      y", "x y"), ("x\n      y", "x y"), ("|+\n      x\n\n", "x\n\n\n"),
      ("\"\"", ""), ("'金 🇫🇷'", "金 🇫🇷"),
    ]
    for (text, expected) in cases {
      #expect(try node(text).text == expected, "\(text)")
    }
  }

  /// Tags change nothing: what a value is, its key says.
  @Test func tagsAreReadOver() throws {
    #expect(try node("!!str 5").content == .scalar("5", isPlain: true))
    #expect(try node("!own [1]").elements?.count == 1)
    #expect(try node("!!int '5'").content == .scalar("5", isPlain: false))
    #expect(
      try parse("%YAML 1.1\n%TAG !e! tag:example.com:\n---\nrfm: !e!x {bins: 4}\n").rfm.bins == 4)
  }

  @Test func anAliasStandsForTheLastValueOfItsName() throws {
    let configuration = try parse(
      """
      export:
        salesforce:
          a: &x {one: 1}
          &k b: *x
          c: &x [2]
          d: *x
      """)
    let section = try #require(configuration.export.systems["salesforce"])
    #expect(section["a"] == section["b"])
    #expect(section["d"]?.elements?.first?.position == TextPosition(line: 5, column: 12))
    #expect(problems("tags:\n  a: &x r = 1\n  b: &y r > > 1\n  c: *y").count == 2)
  }

  @Test func whatCannotBeCalledIsRefused() {
    #expect(problems("a: &x [1, *x]").first?.hasPrefix("1:11 found undefined alias") == true)
    #expect(problems("a: &x {b: *x}").first?.hasPrefix("1:11 found undefined alias") == true)
    #expect(problems("a: *x\nb: &x 1").first?.hasPrefix("1:4 found undefined alias") == true)
    #expect(
      problems("a: &x [1]\n*x : 2") == ["2:1 a key is a text, not a list or a mapping"])
  }
  @Test func keysThatStandTwiceAreFoundByTheirText() {
    let cases = [
      ("tags: {a: r = 1, a: r = 2}", "1:18 the key a stands twice; first on line 1"),
      ("tags:\n  1: r = 1\n  '1': r = 2", "3:3 the key 1 stands twice; first on line 2"),
      ("tags:\n  \"a\": r = 1\n  ? a\n  : r = 2", "3:5 the key a stands twice; first on line 2"),
      ("&k rfm:\n*k : {bins: 4}", "2:1 the key rfm stands twice; first on line 1"),
    ]
    for (text, expected) in cases { #expect(problems(text) == [expected], "\(text)") }
  }

  /// libyaml counts Unicode scalars, of which some characters have several.
  @Test func columnsAreCountedInCharacters() {
    #expect(
      problems("tags: {e\u{301} 👩‍👩‍👧 🇫🇷: r = 1, b: r > > 1}").first?.hasPrefix("1:29 ") == true)
    #expect(
      problems("rfm: {by: e\u{301}🇫🇷, bin: 5}").first?.hasPrefix("1:15 unknown key bin") == true)
    #expect(problems("as-of: '🇫🇷' a").first?.hasPrefix("1:12 ") == true)
    #expect(
      problems("# é\u{85}as-of: '🇫🇷\u{7}'").first
        == "2:10 control characters are not allowed; take the character out")
    #expect(
      problems("as-of: x\r\nwindow: y\rrfm: [z]").map { $0.prefix(3) } == ["1:8", "2:9", "3:6"])
  }

  @Test func whatUnfoldsIsCountedAsOftenAsItIsUsed() {
    var wide = "a0: &a0 [" + String(repeating: "x,", count: 1_000) + "]\n"
    for level in 1...7 { wide += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(problems(wide) == ["6:15 the file holds more than 50000 values"])
    let deep = String(repeating: "[", count: 20) + "x" + String(repeating: "]", count: 20)
    let below = String(repeating: "[", count: 12) + "*a" + String(repeating: "]", count: 12)
    #expect(problems("a: &a \(deep)\nb: \(below)") == ["2:16 nested deeper than 32 levels"])
    let fits = String(repeating: "[", count: 10) + "*a" + String(repeating: "]", count: 10)
    #expect(problems("a: &a \(deep)\nb: \(fits)").allSatisfy { $0.contains("unknown key") })
    let aliases =
      "tags: {v: &v r = 1, " + (0..<17).map { "t\($0): *v" }.joined(separator: ", ") + "}"
    #expect(problems(aliases).first?.contains("more than 16 aliases") == true)
  }

  /// A star before a name inside a text multiplies; it is no alias.
  @Test func starsInConditionsAreNoAliases() throws {
    let tags = (0..<40).map { "  t\($0): orders *r > 3 OR orders*m > \($0)" }
    #expect(try parse("tags:\n" + tags.joined(separator: "\n")).tags.count == 40)
  }

  @Test func fewDirectivesAreRead() {
    let many = (0..<17).map { "%TAG !\($0)! x\n" }.joined() + "---\nrfm: {bins: 4}"
    #expect(
      problems(many) == ["17:1 more than 16 lines that start with %; a configuration needs none"])
  }

  /// The file's line stands under the problems that are shown, of however many.
  @Test func aLongLineOfMistakesIsReported() {
    let text = "{" + (0..<1_000).map { "a\($0): 1" }.joined(separator: ",") + "}"
    let error = #expect(throws: ConfigurationError.self) { try parse(text) }
    #expect(error?.problems.count == 1_000)
    #expect(error?.description.split(separator: "\n").count == 151)
    #expect(error?.description.hasSuffix("and 950 more") == true)
  }

  @Test func aProblemOfTheYAMLSaysWhatToDo() {
    let cases = [
      (
        "tags:\n\ta: 1",
        "2:1 while scanning for the next token: found character that cannot start"
          + " any token; lines are indented by spaces, not tabs"
      ),
      (
        "tags: {a: r = 1",
        "2:1 while parsing a flow mapping: did not find expected ',' or '}'; a map"
      ),
      ("tags:\n  a: 'x", "2:8 "), ("a: \"\\q\"", "1:5 "),
      ("as-of: ]5", "1:8 "), ("as-of: *", "1:9 "), ("as-of: - 5", "1:8 "), ("'a' b", "1:5 "),
      ("tags:\n  - a\n  b: c", "3:3 "), ("rfm:\n  bins: 5\n window: 1", "3:2 "),
    ]
    for (text, expected) in cases {
      let found = problems(text)
      #expect(
        found.count == 1 && found[0].hasPrefix(expected) && found[0].contains("; "), "\(found)")
    }
  }
}
