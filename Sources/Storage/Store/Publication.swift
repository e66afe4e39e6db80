/// Everything that comes into force in one step: all of it or nothing.
///
///     var publication = Publication(batches: [batch], snapshots: [snapshot])
///     publication.current = .keep                  // readers go on answering from the snapshot that they do
///     let published = try writer.commit(publication)
package struct Publication: Sendable {
  package var batches: [BatchDraft] = []
  package var customers: [CustomersDraft] = []
  package var snapshots: [SnapshotDraft] = []
  package var events: [EventsDraft] = []
  package var forgotten: [ForgottenDraft] = []
  package var deliveries: [DeliveryDraft] = []
  /// What goes out of force; its directories are removed, and its numbers never given again.
  package var removals = Removals()
  package var current = CurrentSnapshot.byDate
  /// Replaces the settings of the store; nil leaves them.
  package var settings: StoreSettings?
  /// Files outside of the store that come into force with it: written, synchronised, and not renamed yet.
  package var outputs: [PublishedOutput] = []

  /// Which snapshot readers answer from afterwards.
  package enum CurrentSnapshot: Sendable, Equatable {
    /// The new one, unless its date lies before that of the one that they answer from.
    case byDate
    /// The one that it is.
    case keep
    /// That of this name.
    case named(String)
  }

  package struct Removals: Sendable {
    package var batches: [BatchEntry] = []
    package var snapshots: [SnapshotEntry] = []
    package var events: [EventsEntry] = []
    package var deliveries: [DeliveryEntry] = []

    package init() {}

    var entries: [any ManifestEntry] {
      batches as [any ManifestEntry] + snapshots + events + deliveries
    }
  }

  package init(
    batches: [BatchDraft] = [], customers: [CustomersDraft] = [], snapshots: [SnapshotDraft] = []
  ) {
    self.batches = batches
    self.customers = customers
    self.snapshots = snapshots
  }
}

/// What a publication became.
package struct Published: Sendable, Equatable {
  package internal(set) var batches: [BatchEntry] = []
  package internal(set) var customers: [CustomersEntry] = []
  package internal(set) var snapshots: [SnapshotEntry] = []
  package internal(set) var events: [EventsEntry] = []
  package internal(set) var forgotten: [ForgottenEntry] = []
  package internal(set) var deliveries: [DeliveryEntry] = []
  /// What could not be finished after it came into force: directories that were to be removed, outputs without their
  /// names. The next writer finishes it.
  package internal(set) var unfinished: [StorageError] = []
}
