import Classification
import Expressions

/// Reads the keys of one mapping; what it does not like goes to the document's problems, and reading goes on.
struct MappingReader {
  /// How messages call the mapping: `rfm`, `taxonomies[0]`.
  let title: String
  let position: TextPosition
  let document: ConfigurationDocument
  private let entries: [ConfigurationNode.Entry]
  private var known: [String] = []

  /// nil for what is absent; a node that is no mapping is reported.
  init?(_ node: ConfigurationNode?, _ title: String, _ document: ConfigurationDocument) {
    guard let node, !node.isNull else { return nil }
    guard let entries = node.entries else {
      document.report("\(title) takes keys and values, found \(node.kind)", at: node.position)
      return nil
    }
    self.title = title
    self.document = document
    self.entries = entries
    position = node.position
  }

  /// The value of a key; nil when it is absent or null.
  mutating func node(_ key: String) -> ConfigurationNode? {
    if !known.contains(key) { known.append(key) }
    let node = entries.first { $0.key.value == key }?.value
    return node?.isNull == true ? nil : node
  }

  /// Whether a key stands there with a value.
  func has(_ key: String) -> Bool {
    entries.contains { $0.key.value == key && !$0.value.isNull }
  }

  /// Reports the keys that nobody asked for.
  func finish() {
    for entry in entries where !known.contains(entry.key.value) {
      let name = entry.key.value
      document.report(
        "unknown key \(shortened(name)) in \(title)\(NearestName.hint(name, among: known))"
          + (NearestName.of(name, among: known) == nil
            ? "; it takes \(known.joined(separator: ", "))" : ""),
        at: entry.key.position)
    }
  }

  func report(_ key: String, takes expected: String, _ node: ConfigurationNode) {
    document.report("\(key) takes \(expected), found \(node.kind)", at: node.position)
  }

  /// A text, as written.
  mutating func text(_ key: String, _ expected: String = "a text") -> Located<String>? {
    value(key, expected) { $0 }
  }

  /// A scalar that `parse` makes something of.
  mutating func value<Value>(
    _ key: String, _ expected: String, _ parse: (String) -> Value?
  ) -> Located<Value>? {
    guard let node = node(key) else { return nil }
    guard let text = node.text, let value = parse(text) else {
      report(key, takes: expected, node)
      return nil
    }
    return Located(value, at: node.position)
  }

  mutating func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return value(key, expected) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }?
      .value
  }

  mutating func number(
    _ key: String, atLeast least: Int? = nil, above limit: Int? = nil
  ) -> Double? {
    let expected =
      least.map { "a number from \($0) on" } ?? limit.map { "a number above \($0)" } ?? "a number"
    return value(key, expected) { text in
      guard let value = decimal(text), least.map({ value >= Double($0) }) ?? true,
        limit.map({ value > Double($0) }) ?? true
      else { return nil }
      return value
    }?.value
  }

  mutating func flag(_ key: String) -> Bool? {
    guard let node = node(key) else { return nil }
    if let flag = node.flag { return flag }
    report(key, takes: "true or false", node)
    return nil
  }

  /// One of some names; the nearest is offered when it is none.
  mutating func choice<Choice>(_ key: String, _ choices: [(String, Choice)]) -> Choice? {
    guard let node = node(key) else { return nil }
    if let text = node.text, let found = choices.first(where: { $0.0 == text }) { return found.1 }
    let names = choices.map(\.0)
    document.report(
      "\(key) takes \(listed(names)), found \(node.kind)"
        + NearestName.hint(node.text ?? "", among: names), at: node.position)
    return nil
  }

  /// A list of texts, or one text alone; nil when the key is absent.
  mutating func texts(_ key: String) -> [Located<String>]? {
    guard let node = node(key) else { return nil }
    if let text = node.text { return [Located(text, at: node.position)] }
    guard let elements = node.elements else {
      report(key, takes: "a list of texts", node)
      return nil
    }
    return elements.compactMap { element in
      if let text = element.text, !element.isNull { return Located(text, at: element.position) }
      report(key, takes: "a list of texts", element)
      return nil
    }
  }

  mutating func numbers(_ key: String) -> [Double]? {
    guard let node = node(key) else { return nil }
    guard let elements = node.elements else {
      report(key, takes: "a list of numbers", node)
      return nil
    }
    return elements.compactMap { element in
      if let text = element.text, let number = decimal(text) { return number }
      report(key, takes: "a list of numbers", element)
      return nil
    }
  }

  /// A condition; one that does not parse is reported at the place in the file that the parser points at.
  mutating func rule(_ key: String) -> Rule? {
    guard let node = node(key) else { return nil }
    return document.rule(node, key)
  }
}

extension ConfigurationDocument {
  func rule(_ node: ConfigurationNode, _ key: String) -> Rule? {
    guard let text = node.text else {
      report("\(key) takes a condition, found \(node.kind)", at: node.position)
      return nil
    }
    let places = places(of: text, at: node.position)
    do throws(QueryError) {
      return Rule(try Expression.parse(text), places: places)
    } catch {
      report(error.message, at: places.position(ofByte: error.byteOffset ?? 0, in: text))
      return nil
    }
  }
}

/// `a`, `a or b`, `a, b or c`.
func listed(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
  return names.dropLast().joined(separator: ", ") + " or " + last
}

/// A finite number written plainly: `0.5`, `1e3`; not `0x10`, `nan` or `inf`.
func decimal(_ text: String) -> Double? {
  guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
    let value = Double(text), value.isFinite
  else { return nil }
  return value
}
