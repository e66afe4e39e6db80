package import Expressions

/// Something about a segment or a tag that its author may not have meant.
package struct LintFinding: Sendable, Equatable {
  package enum Severity: String, Sendable, CaseIterable {
    /// The rules do something else than they look like.
    case warning
    /// Worth knowing.
    case note
  }

  /// Raw values stand in JSON, so they do not change.
  package enum Kind: String, Sendable, CaseIterable {
    /// Its conditions contradict each other.
    case neverTrue = "never-true"
    /// True for every customer, whatever the data.
    case alwaysTrue = "always-true"
    /// Whoever matches it matches an earlier segment, whatever the data.
    case swallowed
    /// No customer matches.
    case empty
    /// Every customer that matches is taken by earlier segments.
    case swallowedOnData = "swallowed-on-data"
    /// True for every customer of these data.
    case alwaysTrueOnData = "always-true-on-data"
    /// Customers match two segments of one taxonomy; the earlier one takes them.
    case overlap
    /// No customer is left for the segment of those that match none.
    case otherwiseUnreached = "otherwise-unreached"
  }

  package let kind: Kind
  /// `segment Gold of value`, `tag vip`.
  package let subject: String
  package let message: String
  /// Where the rule, or the taxonomy, begins in its file.
  package let position: TextPosition?
  /// Customers that the finding is about, where it is about some.
  package let customers: Int?

  package init(
    _ kind: Kind, subject: String, message: String, position: TextPosition?,
    customers: Int? = nil
  ) {
    self.kind = kind
    self.subject = subject
    self.message = message
    self.position = position
    self.customers = customers
  }

  package var severity: Severity {
    switch kind {
    case .overlap, .otherwiseUnreached, .alwaysTrueOnData: .note
    default: .warning
    }
  }
}
