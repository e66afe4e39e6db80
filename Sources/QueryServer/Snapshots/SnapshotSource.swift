package import JSONText
package import QueryProtocol

/// Where snapshots come from: the store, or a test.
package protocol SnapshotSource: Sendable {
  /// The name of the newest published snapshot; nil when there is none.
  func newestName() throws -> String?
  /// Reads a snapshot, verifies it and makes it ready; throws when it is damaged.
  func load(_ name: String) throws -> CustomerBase
  /// What SNAPSHOTS lists, oldest first: objects with at least `name`.
  func list() throws -> [JSON]
  /// The name of the last snapshot as of a date or before, `YYYY-MM-DD`; nil when there is none.
  func name(at date: String) throws -> String?
}
