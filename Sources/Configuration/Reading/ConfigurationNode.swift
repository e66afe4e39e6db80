package import Expressions

/// A value of a configuration file as it was written, before anything was asked of it.
///
/// Sections that other modules read are handed on as nodes: `configuration.export.systems["salesforce"]`.
package struct ConfigurationNode: Sendable, Equatable {
  package indirect enum Content: Sendable, Equatable {
    /// Plain scalars may be numbers, booleans or null; quoted ones and blocks are always text.
    case scalar(String, isPlain: Bool)
    case sequence([ConfigurationNode])
    case mapping([Entry])
  }

  package struct Entry: Sendable, Equatable {
    package let key: Located<String>
    package let value: ConfigurationNode

    package init(key: Located<String>, value: ConfigurationNode) {
      self.key = key
      self.value = value
    }
  }

  package let content: Content
  package let position: TextPosition

  package init(_ content: Content, at position: TextPosition) {
    self.content = content
    self.position = position
  }

  /// Whether nothing is written, or `null` or `~`.
  package var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text of a scalar.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// `true` or `false`, not quoted.
  package var flag: Bool? {
    guard case .scalar(let text, isPlain: true) = content else { return nil }
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  /// The elements of a list.
  package var elements: [ConfigurationNode]? {
    if case .sequence(let list) = content { list } else { nil }
  }

  /// Keys and values of a mapping, in the file's order.
  package var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The value of a key of a mapping.
  package subscript(key: String) -> ConfigurationNode? {
    entries?.first { $0.key.value == key }?.value
  }

  /// What it is, in an error.
  var kind: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "'\(shortened(text))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A text that fits a message.
func shortened(_ text: String) -> String {
  let line = text.prefix { !$0.isNewline }
  return line.count > 60 ? line.prefix(60) + "…" : line.count < text.count ? line + "…" : text
}
