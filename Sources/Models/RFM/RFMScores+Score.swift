package import Columns
import Kernels

extension RFMScores {
  /// Scores every customer that has transactions; prospects get none.
  ///
  /// - `by`: a string column of the customers; each of its values, and null, is scored on its own.
  /// - `idRanks`: the place of each customer's id among the sorted ids, which breaks ties of `ntile`; without
  ///   it the row does.
  ///
  /// Cost: a few passes over the summary's columns, in parallel; no sort. One million customers take
  /// some milliseconds. Results do not depend on the number of threads.
  ///
  ///     let scores = try RFMScores.score(summary, options: RFMOptions())
  ///     scores.recency[7]        // 5 for the most recent fifth, and 0, not 1, for a prospect
  package static func score(
    _ summary: CustomerSummary, options: RFMOptions, by column: Column? = nil,
    idRanks: AlignedBuffer<UInt32>? = nil
  ) throws(RFMError) -> RFMScores {
    if let idRanks, idRanks.count != summary.count {
      throw .rankCount(found: idRanks.count, expected: summary.count)
    }
    let hasProspects = summary.hasProspects
    let grouping = try RFMGrouping(summary, by: column, hasProspects: hasProspects)
    let scorer = MeasureScorer(
      summary: summary, options: options, groups: grouping.groups, idRanks: idRanks)
    let recency = scorer.score(.recency)
    let frequency = scorer.score(.frequency)
    let monetary = scorer.score(.monetary)
    let groups = grouping.groups
    // A value that nobody scored has makes no group in the model, unless it is the only one.
    let kept = (0..<groups.groupCount).filter {
      groups.groupCount == 1 || !groups.range(of: $0).isEmpty
    }
    let model = RFMModel(
      method: options.method.name, frequency: options.frequency, monetary: options.monetary,
      groupColumn: column?.name,
      groups: kept.map { group in
        RFMModel.Group(
          name: grouping.name(of: group), customerCount: groups.range(of: group).count,
          recency: recency.models[group], frequency: frequency.models[group],
          monetary: monetary.models[group])
      })
    let purchaseDays = summary.purchaseDays.pointer
    return RFMScores(
      recency: recency.scores, frequency: frequency.scores, monetary: monetary.scores,
      validity: hasProspects ? Bitmap(count: summary.count) { purchaseDays[$0] != 0 } : nil,
      bins: options.bins, model: model)
  }
}

/// Which customers are scored together.
struct RFMGrouping {
  let groups: RowGroups
  private let names: StringTable?

  init(
    _ summary: CustomerSummary, by column: Column?, hasProspects: Bool
  ) throws(RFMError) {
    guard let column else {
      names = nil
      guard hasProspects else {
        groups = RowGroups(all: summary.count)
        return
      }
      let purchaseDays = summary.purchaseDays.pointer
      let keys = AlignedBuffer<UInt32>(count: summary.count) { keys in
        for i in keys.indices { keys[i] = purchaseDays[i] == 0 ? keyOfNoGroup : 0 }
      }
      groups = RowGroups(keys: keys, groupCount: 1)
      return
    }
    guard case .string(let codes, let table) = column.values, codes.count == summary.count else {
      throw .notAGroupColumn(name: column.name, type: column.type.name)
    }
    names = table
    let nullKey = UInt32(table.count)
    let keys = AlignedBuffer<UInt32>(count: summary.count) { keys in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let keys = keys
      Parallel.forEachChunk(of: summary.count) { _, rows in
        for row in rows {
          keys[row] =
            summary.isProspect(row)
            ? keyOfNoGroup : column.isNull(row) ? nullKey : UInt32(codes[row])
        }
      }
    }
    groups = RowGroups(keys: keys, groupCount: table.count + 1)
  }

  func name(of group: Int) -> String? {
    guard let names, group < names.count else { return nil }
    return names[group]
  }
}
