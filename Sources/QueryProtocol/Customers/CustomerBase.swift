package import Columns
package import Expressions
package import JSONText
import Kernels

/// One snapshot in memory, ready to answer: immutable, shared by all queries that began with it.
///
/// Rows are customers in id order. Loading costs one pass over the ids, for the index.
package final class CustomerBase: Sendable {
  /// The snapshot's name in the store.
  package let name: String
  /// The date that the scores are as of.
  package let asOf: Int32
  /// What queries ask: all columns and tags; `customer_id` is one of the columns.
  package let source: QuerySource
  /// What the store says of the snapshot: models, cuts, taxonomy, provenance.
  package let metadata: JSON

  package let identifiers: StringTable
  package let index: IdentifierIndex
  package let profiles: ProfileLayout
  /// The segments; nil when the snapshot has no such column.
  package let segments: SegmentCatalog?
  /// Whether rows stand in ascending order of the ids' bytes, so that a cursor can be found by bisection.
  package let isSorted: Bool

  /// Takes a snapshot's columns; throws when it has no ids or an id twice.
  package init(
    name: String, asOf: Int32, source: QuerySource, metadata: JSON = .object([])
  ) throws(CustomerBaseError) {
    let frame = source.frame
    guard case .text(let identifiers)? = frame[CustomerBase.identifierColumn]?.values else {
      throw .noIdentifiers(snapshot: name)
    }
    self.name = name
    self.asOf = asOf
    self.source = source
    self.metadata = metadata
    self.identifiers = identifiers
    index = try IdentifierIndex(identifiers, seed: .random(in: .min ... .max))
    profiles = try ProfileLayout(frame)
    segments = frame[SegmentCatalog.columnName].flatMap { SegmentCatalog($0) }
    isSorted = CustomerBase.isSorted(identifiers)
  }

  package static let identifierColumn = "customer_id"

  package convenience init(
    name: String, asOf: Int32, frame: Frame, metadata: JSON = .object([])
  ) throws(CustomerBaseError) {
    try self.init(
      name: name, asOf: asOf, source: QuerySource(frame: frame), metadata: metadata)
  }

  package var frame: Frame { source.frame }

  package var rowCount: Int { frame.rowCount }

  /// Memory held, in bytes: columns, ids, index and layout.
  package var byteCount: Int { frame.byteCount + index.byteCount + profiles.byteCount }

  /// The first row whose id is greater than `identifier`, by its bytes; nil when rows are not in id order and
  /// no customer has that id.
  package func rowAfter(_ identifier: Span<UInt8>) -> Int? {
    guard isSorted else { return index.row(of: identifier).map { $0 + 1 } }
    return identifier.withUnsafeBufferPointer { wanted in
      var low = 0
      var high = rowCount
      while low < high {
        let middle = (low + high) / 2
        if wanted.lexicographicallyPrecedes(identifiers.utf8(at: middle)) {
          high = middle
        } else {
          low = middle + 1
        }
      }
      return low
    }
  }

  private static func isSorted(_ identifiers: StringTable) -> Bool {
    let chunkCount = Parallel.chunkCount(of: identifiers.count)
    var isSorted = [Bool](repeating: true, count: chunkCount)
    isSorted.withUnsafeMutableBufferPointer { isSorted in
      // SAFETY: each task writes its own element.
      nonisolated(unsafe) let isSorted = isSorted
      Parallel.forEachChunk(of: identifiers.count) { chunk, rows in
        for row in max(1, rows.lowerBound)..<max(1, rows.upperBound)
        where !identifiers.utf8(at: row - 1).lexicographicallyPrecedes(identifiers.utf8(at: row)) {
          isSorted[chunk] = false
          return
        }
      }
    }
    return isSorted.allSatisfy { $0 }
  }
}
