package import Columns
package import JSONText

/// One of the two snapshots of a comparison: the columns that it needs, rows by customer id.
package struct SnapshotSide: Sendable {
  package let name: String
  package let asOf: Int32
  /// The store's code of each row's customer, which stays the same from snapshot to snapshot.
  package let codes: AlignedBuffer<UInt32>
  package let frame: Frame
  /// All of snapshot.json.
  package let record: JSON
  /// Tags that an alert asks.
  package let tags: [(name: String, bitmap: Bitmap)]

  package init(
    name: String, asOf: Int32, codes: AlignedBuffer<UInt32>, frame: Frame, record: JSON,
    tags: [(name: String, bitmap: Bitmap)] = []
  ) {
    precondition(codes.count == frame.rowCount, "one code a row")
    self.name = name
    self.asOf = asOf
    self.codes = codes
    self.frame = frame
    self.record = record
    self.tags = tags
  }

  func days(_ column: String) throws(ChangesError) -> AlignedBuffer<Int32> {
    guard case .day(let days)? = frame[column]?.values else { throw missing(column) }
    return days
  }

  func counts(_ column: String) throws(ChangesError) -> AlignedBuffer<Int32> {
    guard case .int32(let counts)? = frame[column]?.values else { throw missing(column) }
    return counts
  }

  func money(_ column: String) throws(ChangesError) -> AlignedBuffer<Int64> {
    guard case .money(let amounts)? = frame[column]?.values else { throw missing(column) }
    return amounts
  }

  func scores(_ column: String) throws(ChangesError) -> AlignedBuffer<UInt8> {
    guard case .uint8(let scores)? = frame[column]?.values else { throw missing(column) }
    return scores
  }

  func missing(_ column: String) -> ChangesError { .noColumn(snapshot: name, column: column) }
}
