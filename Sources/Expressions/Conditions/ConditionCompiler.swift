import Columns

/// Turns bound conditions into nodes, equal parts into one node.
struct ConditionCompiler {
  let columns: [Column]
  private(set) var nodes: [ConditionSet.Node] = []
  private var indices: [Bound: Int] = [:]

  init(columns: [Column]) { self.columns = columns }

  mutating func node(of bound: Bound) -> Int {
    if let known = indices[bound] { return known }
    let node = made(bound)
    nodes.append(node)
    indices[bound] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func made(_ bound: Bound) -> ConditionSet.Node {
    func node(_ kind: ConditionSet.Node.Kind, isNullable: Bool) -> ConditionSet.Node {
      ConditionSet.Node(bound: bound, kind: kind, isNullable: isNullable)
    }
    switch bound.node {
    case .constant(let literal):
      var value: Bool?
      if case .bool(let known) = literal { value = known }
      return node(.constant(value), isNullable: value == nil)
    case .range(let column, _, _, _), .floatRange(let column, _, _, _):
      return node(.leaf, isNullable: columns[column].validity != nil)
    case .tag: return node(.leaf, isNullable: false)
    case .isNull(let inner):
      if case .column(let column) = inner.node {
        return node(.isNull(column: column), isNullable: false)
      }
      return node(.general, isNullable: true)
    case .not(let inner):
      let child = self.node(of: inner)
      return node(.not(child), isNullable: nodes[child].isNullable)
    case .and(let list):
      let children = ordered(list)
      return node(.and(children), isNullable: children.contains { nodes[$0].isNullable })
    case .or(let list):
      let children = ordered(list)
      return node(.or(children), isNullable: children.contains { nodes[$0].isNullable })
    default: return node(.general, isNullable: true)
    }
  }

  /// Cheap parts first; AND and OR give the same whatever the order.
  private mutating func ordered(_ list: [Bound]) -> [Int] {
    var children: [Int] = []
    for bound in list { children.append(node(of: bound)) }
    func cost(_ index: Int) -> Int {
      switch nodes[index].kind {
      case .constant, .leaf, .isNull: 0
      case .not(let child): cost(child)
      case .and(let list), .or(let list): list.map(cost).max()! == 2 ? 2 : 1
      case .general: 2
      }
    }
    return children.enumerated().sorted { (cost($0.1), $0.0) < (cost($1.1), $1.0) }.map(\.1)
  }
}
