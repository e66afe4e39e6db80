package import Expressions

/// A rule that cannot be applied to the columns that there are.
package struct RuleError: Error, Sendable, CustomStringConvertible {
  /// Whose rule it is: `segment Gold of value`, `tag vip`.
  package let subject: String
  package let rule: Rule
  package let error: QueryError

  package init(subject: String, rule: Rule, error: QueryError) {
    self.subject = subject
    self.rule = rule
    self.error = error
  }

  package var message: String { "\(subject): \(error.message)" }

  package var description: String {
    if error.byteOffset == nil { return message }
    return "\(subject):\n\(error.rendered(in: rule.text))"
  }
}

/// Everything that is wrong with a set of rules.
package struct RuleErrors: Error, Sendable, CustomStringConvertible {
  package let errors: [RuleError]

  package init(_ errors: [RuleError]) { self.errors = errors }

  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
