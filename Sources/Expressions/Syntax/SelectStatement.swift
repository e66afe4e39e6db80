/// A parsed query: names and types are not looked at yet.
struct SelectStatement: Sendable {
  struct Item: Sendable {
    /// nil for `*`.
    let value: Syntax?
    /// After AS, or as written.
    let name: String
    let hasAlias: Bool
  }

  struct Order: Sendable {
    let value: Syntax
    let isDescending: Bool
    let nullsFirst: Bool
  }

  var isDistinct = false
  var items: [Item] = []
  /// The name after FROM.
  var table: String = ""
  var tableByteOffset = 0
  /// The text after AT: which snapshot is asked.
  var at: String?
  var atByteOffset = 0
  var condition: Syntax?
  var groupBy: [Syntax] = []
  var having: Syntax?
  var orderBy: [Order] = []
  var limit: Int?
  var offset = 0
}
