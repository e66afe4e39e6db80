import Configuration
import Testing

@Suite struct ConfigurationErrorTests {
  /// `line:column message` of each problem.
  private func problems(_ text: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try Configuration.parse(text, path: "strata.yaml")
      return []
    } catch {
      return error.problems.map { "\($0.position.map { "\($0)" } ?? "-") \($0.message)" }
    }
  }

  @Test(arguments: [
    ("rfm: {bin: 5}", "1:7 unknown key bin in rfm; did you mean bins?"),
    ("taxonomie: 3", "1:1 unknown key taxonomie in the configuration; did you mean taxonomies?"),
    ("export:\n  salesforc: {}", "2:3 unknown key salesforc in export; did you mean salesforce?"),
    ("rfm: {bins: many}", "1:13 bins takes a whole number from 2 to 10, found 'many'"),
    ("rfm: {bins: 11}", "1:13 bins takes a whole number from 2 to 10, found '11'"),
    ("rfm: [5]", "1:6 rfm takes keys and values, found a list"),
    ("rfm: {bins: [5]}", "1:13 bins takes a whole number from 2 to 10, found a list"),
    (
      "rfm: {method: ntil}",
      "1:15 method takes quantile, ntile or cuts, found 'ntil'; did you mean ntile?"
    ),
    (
      "rfm:\n  method: cuts",
      "2:3 method cuts takes thresholds; add cuts: {recency_days: […], orders: […], monetary: […]}"
    ),
    ("as-of: yesterday", "1:8 as-of takes a date such as 2026-11-21, found 'yesterday'"),
    ("as-of: 2026-02-30", "1:8 as-of takes a date such as 2026-11-21, found '2026-02-30'"),
    ("window: 12", "1:9 window takes a span such as 365d or 12mo, found '12'"),
    (
      "value: {discount: 10%}",
      "1:19 discount takes a rate with its unit, such as 10%/yr or 1%/mo, found '10%'"
    ),
    ("value: {margin: .inf}", "1:17 margin takes a number, found '.inf'"),
    ("clusters: {k: 0}", "1:15 k takes a number from 1 to 1024, auto or none, found '0'"),
    ("drift: {publish: maybe}", "1:18 publish takes true or false, found 'maybe'"),
    ("drift: {psi: -1}", "1:14 psi takes a number above 0, found '-1'"),
    (
      "customers: {types: {Age: dat}}",
      "1:26 the type of Age is int, float, bool, date, category or text, found 'dat'"
        + "; did you mean date?"
    ),
    (
      "customers: {rename: [loyal]}",
      "1:21 rename takes columns and names, such as {Loyalty Member: loyal}, found a list"
    ),
    ("customers: {empty: erase}", "1:20 empty takes keep or clear, found 'erase'"),
    ("tags: {a;b: r = 1}", "1:8 a tag's name cannot hold ; which stands between tags in exports"),
    ("tags:\n  vip: clv >", "2:13 expected a value, found the end"),
    ("tags:\n  vip: \"clv > > 5\"", "2:15 expected a value, found >"),
    ("tags:\n  vip: >\n    clv\n    >> 5", "4:6 expected a value, found >"),
    ("tags: [a]", "1:7 tags takes names and conditions, found a list"),
    ("tags:\n  a: r = 1\n  b: r = 2\n  a: r = 3", "4:3 the key a stands twice; first on line 2"),
    (
      "taxonomies:\n  - extends: rfm-11",
      "2:14 extends: there is no preset rfm-11; did you mean rfm-10?; the presets are"
    ),
    ("taxonomies:\n  - name: v", "2:5 a taxonomy takes segments, or extends a preset"),
    (
      "taxonomies:\n  - name: orders\n    segments: [{name: a, when: r = 1}]",
      "2:5 a taxonomy cannot be named like the column orders"
    ),
    (
      "taxonomies:\n  - name: v\n    segments: [{name: a}]",
      "3:16 segment a takes a condition: when"
    ),
    (
      "taxonomies:\n  - name: v\n    segments: [{when: r = 1}]", "3:16 a segment takes a name"
    ),
    (
      "taxonomies:\n  - name: v\n    segments:\n      - {name: a, when: r = 1}\n"
        + "      - {name: a, when: r = 2}", "5:9 there are two segments a"
    ),
    (
      "taxonomies:\n  - extends: rfm-10\n    segments:\n      - {name: Loyal, when: r = 1}",
      "4:9 rfm-10 has a segment Loyal of its own; leave out when to relabel it"
    ),
    (
      "taxonomies:\n  - extends: rfm-10\n    segments:\n      - {name: Champion}",
      "4:9 segment Champion takes a condition: when; rfm-10 has no segment of that name"
        + "; did you mean Champions?"
    ),
    (
      "taxonomies:\n  - extends: rfm-10\n    otherwise: X",
      "3:16 otherwise has no place beside extends"
    ),
    (
      "alerts:\n  - {name: a, when: clv > 5}",
      "2:5 an alert takes a name, when and a command; command is missing"
    ),
    (
      "alerts:\n  - {name: a b, when: clv > 5, command: c}",
      "2:5 the name of an alert becomes part of a file's name"
    ),
    ("ingest: {where: [Status]}", "1:18 where takes columns and values"),
    ("a: b: c", "1:5 mapping values are not allowed in this context"),
    ("rfm: {bins: 5", "2:1 "), ("tags: *x", "1:7 found undefined alias"),
    ("? [a]\n: 1", "1:3 a key is a text, not a list or a mapping"),
    ("just text", "1:1 the configuration takes keys and values, found 'just text'"),
    ("a: 1\n---\nb: 2", "2:1 expected a single document in the stream: but found another document"),
    ("a: \u{7}", "1:4 control characters are not allowed"),
  ])
  func aProblemIsReportedWhereItStands(_ text: String, _ expected: String) {
    let found = problems(text)
    #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
  }

  @Test func allProblemsAreReportedAtOnceInTheFilesOrder() {
    let found = problems(
      """
      tags:
        vip: clv >
      rfm: {bins: 1, metod: ntile}
      window: soon
      """)
    #expect(
      found.map { $0.prefix(5) } == ["2:13 ", "3:13 ", "3:16 ", "4:9 w"].map { $0.prefix(5) })
  }

  @Test func theReportShowsTheLineWithACaret() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.parse("rfm:\n  bin: 5\n", path: "shop/strata.yaml")
    }
    #expect(
      error?.description == """
        shop/strata.yaml:2:3: unknown key bin in rfm; did you mean bins?
            bin: 5
            ^
        """)
    let wide = #expect(throws: ConfigurationError.self) {
      try Configuration.parse("rfm: {by: 地区, bin: 5}\n", path: "a.yaml")
    }
    #expect(
      wide?.description == """
        a.yaml:1:15: unknown key bin in rfm; did you mean bins?
          rfm: {by: 地区, bin: 5}
                          ^
        """)
  }

  @Test func aMissingFileSaysWhatToDo() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.load(path: "/nowhere/strata.yaml")
    }
    #expect(error?.category == .noFile)
    #expect(error?.description.contains("strata init") == true)
  }

  @Test func bombsAndDeepNestingAreRefused() {
    let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
    #expect(problems("export: {salesforce: {a: \(deep)}}").first?.contains("nested deeper") == true)
    let deeper = String(repeating: "- ", count: 100_000) + "a"
    #expect(problems(deeper) == ["1:65 nested deeper than 32 levels"])
    let maps = String(repeating: "{a: ", count: 100_000)
    #expect(problems(maps) == ["1:129 nested deeper than 32 levels"])
    #expect(
      problems(String(repeating: "[", count: 1 << 20)) == ["1:33 nested deeper than 32 levels"])
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(list)]\n"
    }
    #expect(problems(bomb).first?.contains("aliases") == true)
    let many = "export: {hubspot: {a: [" + String(repeating: "1,", count: 60_000) + "1]}}"
    #expect(problems(many).first?.contains("more than 50000 values") == true)
    // A bomb within the limit of aliases stays small: five levels of three.
    var small = "a0: &a0 [x, x, x]\n"
    for level in 1..<5 {
      small += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
    }
    #expect(problems(small).first?.contains("unknown key a0") == true)
  }
}
