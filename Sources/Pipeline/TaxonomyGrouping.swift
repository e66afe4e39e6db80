package import Classification
package import Columns
import JSONText
import Kernels
import Models

/// The taxonomies of a request as groupings of customers at any date, without a store: what `evaluate` judges.
///
///     let grouping = TaxonomyGrouping(request)
///     let groups = try grouping.assign(knowledge.summary, attributes: knowledge.base.attributes) {
///       knowledge.base.batches
///     }
///     groups[0].codes[customer]        // of the primary taxonomy; groups[0].names[code] is the segment
package struct TaxonomyGrouping: Sendable {
  package let request: ScoreRequest

  /// - Parameter request: its taxonomies and tags, and how scores, values and clusters are made for their rules.
  package init(_ request: ScoreRequest) { self.request = request }

  /// One assignment a taxonomy, by customer code.
  ///
  /// Only customers with transactions by the summary's date are looked at, so that nothing of the base as a whole
  /// (quantiles, means, ranks) knows of later ones; the others get the last segment's code. Models are fitted only
  /// when a rule asks for what they give. The column `customer_id` is empty.
  ///
  /// - Parameters:
  ///   - summary: of all customers, by code.
  ///   - attributes: of all customers, by code.
  ///   - batches: transactions up to the summary's date, asked for when the value model is a regression.
  /// - Throws: `RuleErrors`, and what models throw.
  package func assign(
    _ summary: CustomerSummary, attributes: Frame? = nil,
    batches: @escaping () throws -> [TransactionTable]
  ) throws -> [SegmentAssignment] {
    let rows = AlignedBuffer(
      (0..<UInt32(summary.count)).filter { !summary.isProspect(Int($0)) })
    let buyers = rows.count == summary.count ? summary : summary.gathered(rows)
    let classifier = request.classifier
    let scores = try RFMScores.score(buyers, options: request.rfm)
    var measured = Frame(
      rowCount: buyers.count, columns: SnapshotColumns.stored(buyers, scores: scores))
    let ids = TaxonomyGrouping.emptyTexts(buyers.count)
    let needed = classifier.neededColumnNames
    var reduced = request
    // A name that nothing has is told beside all that there are, so models are fitted for it too.
    var known = Set(measured.names + SnapshotColumns.derivedNames + ["customer_id"])
    for index in classifier.taxonomies.indices {
      known.insert(classifier.columnName(index).lowercased())
    }
    for column in attributes?.columns ?? [] { known.insert(column.name.lowercased()) }
    if needed.isSubset(of: known.union(["cluster"])) { reduced.value = nil }
    if !needed.contains("cluster") { reduced.clustering = nil }
    let scoring = Scoring(
      request: reduced,
      order: CustomerOrder(ids: TaxonomyGrouping.emptyTexts(summary.count)),
      batchNumbers: [], attributes: nil, prospectCodes: [], previousClusters: nil, group: nil,
      transactions: { TransactionTables(try batches(), customerCount: summary.count) })
    var clock = StageClock()
    let own = (attributes?.columns ?? []).map { $0.gathered(rows) }
    _ = try ModelStage(scoring: scoring, summary: buyers, rows: rows, ids: ids, attributes: own)
      .run(&measured, bins: scores.bins, clock: &clock)
    for column in own where measured[column.name] == nil { measured.append(column) }
    let frame = SnapshotColumns.frame(
      ids: ids, stored: measured, asOf: buyers.asOf, bins: scores.bins, for: classifier)
    let classified = try classifier.classify(frame, scores: scores, summary: buyers)
    if rows.count == summary.count { return classified.segments }
    return classified.segments.map { segments in
      let codes = AlignedBuffer<UInt8>(count: summary.count) { codes in
        codes.update(repeating: UInt8(segments.names.count - 1))
        for (row, code) in rows.pointer.enumerated() { codes[Int(code)] = segments.codes[row] }
      }
      return SegmentAssignment(
        taxonomy: segments.taxonomy, names: segments.names, labels: segments.labels, codes: codes)
    }
  }

  private static func emptyTexts(_ count: Int) -> StringTable {
    StringTable(offsets: AlignedBuffer(repeating: 0, count: count + 1), bytes: AlignedBuffer([]))
  }
}
