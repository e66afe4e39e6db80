package import Columns

/// What an attribute holds.
package enum AttributeType: String, Sendable, CaseIterable {
  case int
  case float
  case bool
  case date
  /// Text that repeats: a region, a level.
  case category
  /// Text that hardly repeats: a name, an address. Models leave it out.
  case text

  /// Whether values are strings in a dictionary.
  package var isString: Bool { self == .category || self == .text }

  /// The type of the column that holds it.
  package var columnType: ColumnType {
    switch self {
    case .int: .int64
    case .float: .float64
    case .bool: .bool
    case .date: .day
    case .category, .text: .string
    }
  }

  /// The type that holds values of both without loss: `int` and `float` are `float` together, `category` and
  /// `text` what came last; nil where there is none.
  package func widened(by later: AttributeType) -> AttributeType? {
    if self == later { return self }
    if isString && later.isString { return later }
    let both: Set<AttributeType> = [self, later]
    return both == [.int, .float] ? .float : nil
  }
}

/// An attribute that a store has: its name and what it holds.
package struct AttributeSchema: Sendable, Equatable {
  package var name: String
  package var type: AttributeType

  package init(name: String, type: AttributeType) {
    self.name = name
    self.type = type
  }
}

/// What an empty cell says.
package enum EmptyCells: String, Sendable, CaseIterable {
  /// Nothing: an earlier value stays.
  case keep
  /// That there is no value any more.
  case clear
}
