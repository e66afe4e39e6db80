import Aggregation
package import Classification
package import Columns
package import JSONText
import Kernels
package import Models
import Storage

/// A scored customer base, before it is published.
package struct ScoredBase: Sendable {
  /// Rows by customer id.
  package let summary: CustomerSummary
  package let scores: RFMScores
  /// Of the primary taxonomy.
  package let segments: SegmentAssignment
  /// Of every taxonomy, and the tags.
  package let classified: ClassifiedBase
  package let segmentTable: SegmentTable
  /// Ids in row order.
  package let ids: StringTable
  /// Parameters and fit reports by model, as the snapshot carries them.
  package let models: [JSON.Member]
  /// The same as text for people.
  package let modelsText: String
  let draft: SnapshotDraft
  let segmentColumnNames: [String]

  /// The visible columns of the snapshot, as exports and queries see them.
  package func frame() -> Frame {
    SnapshotColumns.frame(
      ids: ids, stored: draft.frame, asOf: summary.asOf, bins: scores.bins,
      tags: classified.tags, after: segmentColumnNames.last!,
      details: SegmentDetails(.object(draft.members)))
  }
}

/// Scores a store's customers: summary in, snapshot draft out.
struct Scoring {
  let request: ScoreRequest
  let order: CustomerOrder
  /// Numbers of the batches that the summary is made of.
  let batchNumbers: [Int]
  /// By customer code; nil where the store has none.
  let attributes: CustomerAttributes?
  /// Codes of the customers who are prospects as long as they have no transactions.
  let prospectCodes: [Range<Int>]
  /// The clusters of the last snapshot, whose numbers are kept.
  let previousClusters: JSON?
  /// The attribute to score within, by customer code.
  let group: CustomerAttribute?
  /// All transactions, read when a model asks for them.
  let transactions: () throws -> any TransactionSource

  /// - Parameter byCode: the summary of all customers by code; those without transactions are prospects where
  ///   they came with attributes, and are left out where their orders are later.
  func score(_ byCode: CustomerSummary, clock: inout StageClock) throws -> ScoredBase {
    let (rows, summary, ids) = clock.measure("order") { inIDOrder(byCode) }
    let groupColumn = group?.gathered(rows)
    let scores = try clock.measure("score") {
      try RFMScores.score(summary, options: request.rfm, by: groupColumn)
    }
    var measured = Frame(
      rowCount: summary.count, columns: SnapshotColumns.stored(summary, scores: scores))
    let ownColumns = attributeColumns(rows, &clock)
    let modelling = try ModelStage(
      scoring: self, summary: summary, rows: rows, ids: ids, attributes: ownColumns
    ).run(&measured, bins: scores.bins, clock: &clock)
    if let groupColumn, group?.isKept == true { measured.append(groupColumn) }
    for column in ownColumns {
      if measured[column.name] != nil || column.name == "segment" {
        throw PipelineError.attributeNameTaken(name: column.name)
      }
      measured.append(column)
    }
    let classifier = request.classifier
    try refuseColumnNames(of: classifier, measured)
    let classified = try clock.measure("segment") {
      let frame = SnapshotColumns.frame(
        ids: ids, stored: measured, asOf: summary.asOf, bins: scores.bins, for: classifier)
      return try classifier.classify(frame, scores: scores, summary: summary)
    }
    let table = clock.measure("segment table") {
      SegmentTable(classified.segments[0], summary: summary)
    }
    let stored = SnapshotColumns.adding(classified, of: classifier, to: measured)
    let hidden =
      [
        Column(SummaryState.codeColumn, .uint32(rows)),
        Column(SummaryState.firstDayTotalColumn, .money(summary.firstDayTotals)),
      ] + SnapshotColumns.stored(classified.tags)
    let draft = SnapshotDraft(
      asOf: summary.asOf, frame: stored, hiddenColumns: hidden,
      members: members(scores) + [JSON.Member("models", .object(modelling.members))])
    return ScoredBase(
      summary: summary, scores: scores, segments: classified.segments[0], classified: classified,
      segmentTable: table, ids: ids, models: modelling.members, modelsText: modelling.text,
      draft: draft,
      segmentColumnNames: request.taxonomies.indices.map { classifier.columnName($0) })
  }

  /// The attributes of the customers at `rows`.
  private func attributeColumns(
    _ rows: AlignedBuffer<UInt32>, _ clock: inout StageClock
  ) -> [Column] {
    guard let attributes else { return [] }
    let columns = attributes.frame.columns
    if order.codes == nil && rows.count == attributes.frame.rowCount { return columns }
    return clock.measure("gather attributes") { columns.map { $0.gathered(rows) } }
  }

  /// The customers that have transactions, and the prospects, by id: their codes, their summary and their ids.
  private func inIDOrder(
    _ byCode: CustomerSummary
  ) -> (AlignedBuffer<UInt32>, CustomerSummary, StringTable) {
    let days = byCode.purchaseDays.pointer
    let isProspect = prospects(byCode)
    let isEverybody =
      isProspect.map { zip(days, $0).allSatisfy { $0 > 0 || $1 } } ?? !byCode.hasProspects
    if order.codes == nil && isEverybody {
      let codes = AlignedBuffer<UInt32>(count: byCode.count) { fillRising(from: 0, into: $0) }
      return (codes, byCode, order.ids)
    }
    var kept: [UInt32] = []
    kept.reserveCapacity(byCode.count)
    switch (order.codes, isProspect) {
    case (let codes?, nil):
      for code in codes.pointer where days[Int(code)] > 0 { kept.append(code) }
    case (nil, nil):
      for code in 0..<UInt32(byCode.count) where days[Int(code)] > 0 { kept.append(code) }
    case (let codes?, let isProspect?):
      for code in codes.pointer where days[Int(code)] > 0 || isProspect[Int(code)] {
        kept.append(code)
      }
    case (nil, let isProspect?):
      for code in 0..<UInt32(byCode.count) where days[Int(code)] > 0 || isProspect[Int(code)] {
        kept.append(code)
      }
    }
    let rows = AlignedBuffer(kept)
    return (rows, byCode.gathered(rows), order.ids.gathered(rows))
  }

  /// Who came with attributes and not with orders, by code; nil when nobody did.
  private func prospects(_ byCode: CustomerSummary) -> [Bool]? {
    if prospectCodes.isEmpty { return nil }
    var isProspect = [Bool](repeating: false, count: byCode.count)
    for range in prospectCodes {
      for code in range.clamped(to: isProspect.indices) { isProspect[code] = true }
    }
    return isProspect
  }

  private func refuseColumnNames(
    of classifier: Classifier, _ measured: Frame
  ) throws(PipelineError) {
    let columns = Set(measured.names.map { $0.lowercased() })
    for index in classifier.taxonomies.indices {
      let name = classifier.columnName(index)
      if columns.contains(name.lowercased()) { throw .taxonomyIsColumn(name: name) }
    }
  }

  private func members(_ scores: RFMScores) -> [JSON.Member] {
    return [
      JSON.Member("configuration", request.json), JSON.Member("rfm", scores.model.json),
      JSON.Member(
        "state", SummaryState.json(batchNumbers: batchNumbers, window: request.window)),
    ] + request.classifier.members
  }
}
