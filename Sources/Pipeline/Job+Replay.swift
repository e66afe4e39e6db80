package import Changes
import Columns
package import Storage

extension Job {
  /// Scores and publishes one snapshot after the other, as so many jobs would, from batches that are read once.
  ///
  /// - Parameter didScore: gets each scored base before it is published; an error that it throws ends the replay
  ///   before that date is in force. Earlier dates stay published.
  package mutating func replay(
    _ schedule: ReplaySchedule, _ request: ScoreRequest,
    didScore: (borrowing Job, ScoredBase) throws -> Void = { _, _ in },
    didPublish: (ScoredBase, SnapshotEntry) throws -> Void
  ) throws {
    guard let bounds = dayBounds() else { throw PipelineError.emptyStore(path: store.path) }
    let dates = try schedule.dates(within: bounds)
    try keepBatches(
      withExtras: request.groupColumn != nil, limit: request.memoryLimitByteCount)
    var request = request
    // What folding a new batch in would save is already saved, and a summary of the wrong date is no use.
    request.isFull = true
    for date in dates {
      request.asOf = date
      let base = try score(request)
      try didScore(self, base)
      try didPublish(base, publish().snapshots[0])
    }
  }

  /// How far a scored base has drifted from the snapshot of the latest date before it; nil when there is none.
  package func drift(of base: ScoredBase) throws -> DriftReport? {
    let store = store
    guard let entry = store.manifest.snapshots.last(where: { $0.asOf < base.summary.asOf }) else {
      return nil
    }
    let before = try SnapshotSide.load(store, entry, columns: DriftReport.columnNames)
    return DriftReport(
      before: (before.name, before.asOf, before.frame),
      after: (dayText(base.summary.asOf), base.summary.asOf, base.draft.frame))
  }
}
