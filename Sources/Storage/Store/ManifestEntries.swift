import Columns
import JSONText

/// A directory in force, as the manifest names it.
protocol ManifestEntry: Sendable {
  var directory: DirectoryName { get }
  /// Of the directory's JSON file.
  var checksum: UInt64 { get }
  static var recordName: String { get }
}

extension ManifestEntry {
  /// Relative to the store.
  var folder: String { directory.path }
}

/// A batch in force.
package struct BatchEntry: ManifestEntry, Equatable {
  package let number: Int
  /// 1, and one more each time the directory was written anew.
  package let revision: Int
  package let rowCount: Int
  package let customerCount: Int
  /// Days since 1970-01-01; both 0 when there are no rows.
  package let firstDay: Int32
  package let lastDay: Int32
  /// Content hash of each source file.
  package let sourceHashes: [UInt64]
  let checksum: UInt64

  static let recordName = "batch.json"
  package var name: String { Manifest.name(of: number) }
  var directory: DirectoryName {
    DirectoryName(folder: Manifest.batchesFolder, number: number, revision: revision)
  }
}

/// A generation of customers in force: those that were new with it.
package struct CustomersEntry: ManifestEntry, Equatable {
  package let number: Int
  package let revision: Int
  /// Code of its first customer: the number of customers before it.
  package let firstCode: Int
  package let customerCount: Int
  /// Rows of its attributes; 0 where it has none.
  package let attributeRowCount: Int
  /// The day from which its attributes hold, where its rows do not say it; nil of those that have always held.
  package let since: Int32?
  let checksum: UInt64

  static let recordName = "customers.json"
  package var name: String { Manifest.name(of: number) }
  var directory: DirectoryName {
    DirectoryName(folder: Manifest.customersFolder, number: number, revision: revision)
  }
}

/// A snapshot in force.
package struct SnapshotEntry: ManifestEntry, Equatable {
  /// The date it is as of, days since 1970-01-01.
  package let asOf: Int32
  /// 1 for the first of its date.
  package let sequence: Int
  package let revision: Int
  package let rowCount: Int
  let checksum: UInt64

  static let recordName = "snapshot.json"
  /// `2026-11-21.1`, whatever the revision.
  package var name: String { Day.text(asOf) + ".\(sequence)" }
  var directory: DirectoryName {
    DirectoryName(
      folder: Manifest.snapshotsFolder, asOf: asOf, number: sequence, revision: revision)
  }

  static func isBefore(_ a: SnapshotEntry, _ b: SnapshotEntry) -> Bool {
    (a.asOf, a.sequence) < (b.asOf, b.sequence)
  }
}

/// Events of one kind in force.
package struct EventsEntry: ManifestEntry, Equatable {
  package let number: Int
  package let revision: Int
  /// `visit`, `complaint` …
  package let kind: String
  package let rowCount: Int
  package let customerCount: Int
  /// Days since 1970-01-01; both 0 when there are no rows.
  package let firstDay: Int32
  package let lastDay: Int32
  /// Content hash of each source file.
  package let sourceHashes: [UInt64]
  let checksum: UInt64

  static let recordName = "events.json"
  package var name: String { Manifest.name(of: number) }
  var directory: DirectoryName {
    DirectoryName(folder: Manifest.eventsFolder, number: number, revision: revision)
  }
}

/// Customers who were forgotten, in force.
package struct ForgottenEntry: ManifestEntry, Equatable {
  package let number: Int
  package let revision: Int
  package let rowCount: Int
  let checksum: UInt64

  static let recordName = "forgotten.json"
  package var name: String { Manifest.name(of: number) }
  var directory: DirectoryName {
    DirectoryName(folder: Manifest.forgottenFolder, number: number, revision: revision)
  }
}

/// What one delivery sent, in force.
package struct DeliveryEntry: ManifestEntry, Equatable {
  package let number: Int
  package let revision: Int
  package let system: String
  /// Name of the snapshot that it was sent from.
  package let snapshot: String
  package let rowCount: Int
  let checksum: UInt64

  static let recordName = "delivery.json"
  package var name: String { Manifest.name(of: number) }
  var directory: DirectoryName {
    DirectoryName(folder: Manifest.deliveriesFolder, number: number, revision: revision)
  }
}
