/// A node of the syntax tree of an expression: what was written, before names and types are looked at.
struct Syntax: Sendable {
  indirect enum Kind: Sendable {
    case literal(Literal)
    case name(String)
    case negated(Syntax)
    case arithmetic(ArithmeticOperator, Syntax, Syntax)
    case comparison(ComparisonOperator, Syntax, Syntax)
    case not(Syntax)
    case and([Syntax])
    case or([Syntax])
    case between(Syntax, Syntax, Syntax, isNegated: Bool)
    case inList(Syntax, [Syntax], isNegated: Bool)
    case like(Syntax, Syntax, isNegated: Bool)
    case isNull(Syntax, isNegated: Bool)
    case caseWhen([CaseBranch], otherwise: Syntax?)
    case call(Call)
    case hasTag(String)
  }

  struct CaseBranch: Sendable {
    let condition: Syntax
    let value: Syntax
  }

  struct Call: Sendable {
    /// In lower case.
    let name: String
    let arguments: [Syntax]
    let isDistinct: Bool
    /// `count(*)`
    let isStar: Bool
  }

  let kind: Kind
  let byteOffset: Int
  /// Levels below, itself included.
  let depth: Int
  /// Nodes below, itself included.
  let size: Int

  /// The nodes directly below.
  var children: [Syntax] {
    switch kind {
    case .literal, .name, .hasTag: []
    case .negated(let a), .not(let a), .isNull(let a, _): [a]
    case .arithmetic(_, let a, let b), .comparison(_, let a, let b), .like(let a, let b, _): [a, b]
    case .and(let list), .or(let list): list
    case .between(let a, let b, let c, _): [a, b, c]
    case .inList(let a, let list, _): [a] + list
    case .caseWhen(let branches, let otherwise):
      branches.flatMap { [$0.condition, $0.value] } + (otherwise.map { [$0] } ?? [])
    case .call(let call): call.arguments
    }
  }

  /// Whether `predicate` holds for this node or one below.
  func contains(where predicate: (Syntax) -> Bool) -> Bool {
    predicate(self) || children.contains { $0.contains(where: predicate) }
  }
}

package enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
}

package enum ComparisonOperator: String, Sendable {
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  /// The operator with its sides swapped: `a < b` is `b > a`.
  var mirrored: ComparisonOperator {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Whether the operator holds for two values that compare so (−1, 0, 1).
  func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }
}
