package import Columns
import Synchronization

/// What is asked: the columns and tags of one snapshot. Immutable, shared by all queries on it.
package final class QuerySource: Sendable {
  package let frame: Frame
  package let tagNames: [String]
  let tags: [Bitmap]
  let zoneMaps: [ZoneMap?]
  let columns: [BoundColumn]
  /// Column numbers by name in lower case; the first of those that differ only in case.
  private let indexByLowercasedName: [String: Int]
  private let indexByName: [String: Int]
  private let tagIndexByName: [String: Int]
  /// Whole-base functions that rules asked for, computed once.
  let wholeBase = Mutex(WholeBaseCache())
  /// The base that functions of the whole base are of, where this is not it.
  let whole: QuerySource?

  /// - Parameters:
  ///   - tags: bitmaps of the frame's row count; `HAS TAG 'name'` asks them.
  ///   - zoneMaps: by exact column name; columns without one are always read.
  ///   - whole: the base whose quantiles, ranks and shares rules go by, if these are other customers; it has
  ///     columns of the same names and types, and the tags, that are asked for there.
  package init(
    frame: Frame, tags: [(name: String, bitmap: Bitmap)] = [], zoneMaps: [String: ZoneMap] = [:],
    of whole: QuerySource? = nil
  ) {
    self.whole = whole
    precondition(
      tags.allSatisfy { $0.bitmap.count == frame.rowCount }, "a tag has one bit a row")
    self.frame = frame
    tagNames = tags.map(\.name)
    self.tags = tags.map(\.bitmap)
    self.zoneMaps = frame.columns.map { zoneMaps[$0.name] }
    columns = frame.columns.map { BoundColumn($0) }
    indexByName = Dictionary(
      frame.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
    indexByLowercasedName = Dictionary(
      frame.columns.enumerated().map { ($1.name.lowercased(), $0) },
      uniquingKeysWith: { a, _ in a })
    tagIndexByName = Dictionary(
      tags.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// The column of a name, exactly or else case aside.
  func columnIndex(_ name: String) -> Int? {
    indexByName[name] ?? indexByLowercasedName[name.lowercased()]
  }

  func tagIndex(_ name: String) -> Int? { tagIndexByName[name] }
}

/// What the binder knows of a column before any value is read.
struct BoundColumn: Sendable {
  let name: String
  let type: ValueType
  /// How the values lie in memory.
  let physical: ColumnType
  let strings: StringSource?

  init(name: String, type: ValueType, physical: ColumnType, strings: StringSource? = nil) {
    self.name = name
    self.type = type
    self.physical = physical
    self.strings = strings
  }

  init(_ column: Column) {
    name = column.name
    physical = column.type
    switch column.values {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32: type = .integer
    case .float32, .float64: type = .float
    case .bool: type = .bool
    case .string, .text: type = .string
    case .day: type = .day
    case .money: type = .money
    }
    switch column.values {
    case .string(_, let table): strings = StringSource(table, isDistinct: true)
    case .text(let table): strings = StringSource(table, isDistinct: false)
    default: strings = nil
    }
  }
}
