package import Expressions

/// A value of a configuration file and where it stands.
package struct Located<Value: Sendable>: Sendable {
  package let value: Value
  package let position: TextPosition

  package init(_ value: Value, at position: TextPosition) {
    self.value = value
    self.position = position
  }
}

extension Located: Equatable where Value: Equatable {}
