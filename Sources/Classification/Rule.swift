package import Expressions

/// A condition on customers, and where it was written.
package struct Rule: Sendable {
  package let expression: Expression
  /// nil for a rule that stands in no file.
  package let places: TextPlaces?

  package init(_ expression: Expression, places: TextPlaces? = nil) {
    self.expression = expression
    self.places = places
  }

  package var text: String { expression.text }

  /// Where byte `offset` of the rule's text stands in its file.
  package func position(ofByte offset: Int?) -> TextPosition? {
    places.map { $0.position(ofByte: offset ?? 0, in: text) }
  }
}

/// A named yes/no condition: a customer has any number of tags.
package struct TagRule: Sendable {
  package let name: String
  package let rule: Rule

  package init(name: String, rule: Rule) {
    self.name = name
    self.rule = rule
  }
}
