package import Classification
package import Expressions
import Reports

/// What is wrong with a configuration file: all of it, in the file's order.
///
///     shop.strata/strata.yaml:14:12: unknown column monetry_total; did you mean monetary_total?
///           when: monetry_total > 1000
///                 ^
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Category: Sendable, Equatable {
    /// The file is not there or cannot be read.
    case noFile
    case invalid
  }

  package let category: Category
  package let path: String
  package let problems: [ConfigurationProblem]

  package init(_ category: Category = .invalid, path: String, problems: [ConfigurationProblem]) {
    self.category = category
    self.path = path
    self.problems = problems
  }

  package var description: String {
    let shown = problems.prefix(ConfigurationLimits.problemCountMax)
    var text = shown.map { $0.text(path: path) }.joined(separator: "\n")
    if problems.count > shown.count { text += "\nand \(problems.count - shown.count) more" }
    return text
  }
}

/// One thing that is wrong with a configuration file.
package struct ConfigurationProblem: Sendable, Equatable {
  /// nil for the file as a whole.
  package let position: TextPosition?
  package let message: String
  /// The file's line and a caret under the place, as two lines; empty where there is nothing to show.
  package let excerpt: String

  package init(_ message: String, at position: TextPosition?, in lines: [Substring] = []) {
    self.message = message
    self.position = position
    excerpt = position.map { ConfigurationProblem.excerpt(lines, $0) } ?? ""
  }

  /// `path:line:column: message`, and the excerpt.
  package func text(path: String) -> String {
    let place = position.map { ":\($0)" } ?? ""
    return "\(path)\(place): \(message)" + (excerpt.isEmpty ? "" : "\n\(excerpt)")
  }

  /// A window of 100 characters: a caret at column 9,000 helps nobody.
  private static func excerpt(_ lines: [Substring], _ position: TextPosition) -> String {
    guard lines.indices.contains(position.line - 1) else { return "" }
    let line = Array(lines[position.line - 1])
    let caret = min(position.column - 1, line.count)
    let start = max(0, caret - 60)
    let window = line[start..<min(line.count, start + 100)].map { $0.isWhitespace ? " " : $0 }
    if window.allSatisfy({ $0 == " " }) { return "" }
    let left = start > 0 ? "…" : ""
    let right = start + window.count < line.count ? "…" : ""
    let before = left + String(window.prefix(caret - start))
    let padding = String(repeating: " ", count: displayWidth(before))
    return "  \(left)\(String(window))\(right)\n  \(padding)^"
  }
}

extension Configuration {
  /// Something wrong at a place of the file, with the line that stands there.
  package func problem(_ message: String, at position: TextPosition?) -> ConfigurationProblem {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    return ConfigurationProblem(message, at: position, in: lines)
  }

  /// The same as an error.
  package func located(_ message: String, at position: TextPosition?) -> ConfigurationError {
    ConfigurationError(path: path, problems: [problem(message, at: position)])
  }

  /// Rules that do not fit the columns that there are, at their places in the file. Rules that stand in no file
  /// are quoted instead.
  package func located(_ errors: RuleErrors) -> ConfigurationError {
    let problems = errors.errors.map { error -> ConfigurationProblem in
      guard let position = error.rule.position(ofByte: error.error.byteOffset) else {
        return ConfigurationProblem("\(error)", at: nil)
      }
      return problem(error.message, at: position)
    }
    return ConfigurationError(path: path, problems: problems)
  }
}
