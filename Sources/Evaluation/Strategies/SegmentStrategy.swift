package import Classification
import Columns
import Kernels
package import Models

extension GroupStrategy {
  /// A preset taxonomy on scores by fifths.
  package static func preset(_ preset: SegmentPreset) -> GroupStrategy {
    GroupStrategy(preset.name) { _ in
      { knowledge in
        let scores = try RFMScores.score(knowledge.summary, options: RFMOptions())
        let codes = preset.assign(scores: scores, summary: knowledge.summary).codes
        return AlignedBuffer<UInt32>(count: codes.count) { groups in
          let codes = codes.span
          for row in groups.indices { groups[row] = UInt32(codes[row]) }
        }
      }
    }
  }

  /// Pareto's classes by past spend: A the customers of the first 80% of it, B of the next 15%, C the rest.
  package static let abc = GroupStrategy("abc") { _ in
    { knowledge in
      let totals = knowledge.summary.monetaryTotals
      let values = knowledge.customers.map { Float(Money.double(totals[Int($0)])) }
      let ranking = Ranking(values)
      let all = values.reduce(0.0) { $0 + max(0, Double($1)) }
      return AlignedBuffer<UInt32>(count: totals.count) { groups in
        groups.update(repeating: 2)
        var before = 0.0
        // Customers of equal spend stand in one class: that of the first of them.
        for tie in 0..<ranking.tieCount {
          let range = ranking.tieStarts[tie]..<ranking.tieStarts[tie + 1]
          let value = Double(values[Int(ranking.order[range.lowerBound])])
          let group: UInt32 =
            value <= 0 || before >= 0.95 * all ? 2 : before >= 0.8 * all ? 1 : 0
          for place in range {
            groups[Int(knowledge.customers[Int(ranking.order[place])])] = group
          }
          before += max(0, value) * Double(range.count)
        }
      }
    }
  }

  /// k-means on recency, orders and spend; clusters are found a horizon before the cut-off.
  package static func kMeans(_ count: ClusterCount) -> GroupStrategy {
    let suffix: String
    switch count {
    case .fixed(let k): suffix = String(k)
    case .auto: suffix = "auto"
    }
    return GroupStrategy("kmeans-\(suffix)") { knowledge in
      let options = ClusteringOptions(k: count, restarts: 1)
      let model = try Clustering.fit(knowledge.clusterFrame, options: options).model
      return { knowledge in
        let numbers = try model.assign(knowledge.clusterFrame).numbers
        return AlignedBuffer<UInt32>(count: numbers.count) { groups in
          let numbers = numbers.span
          for row in groups.indices { groups[row] = UInt32(numbers[row]) }
        }
      }
    }
  }
}

extension Knowledge {
  /// The columns that k-means looks at; null for customers that are not known.
  var clusterFrame: Frame {
    let days = summary.lastDays
    let purchaseDays = summary.purchaseDays
    let validity =
      customers.count == summary.count
      ? nil : Bitmap(sideBySide: summary.count) { purchaseDays.pointer[$0] > 0 }
    let recency = AlignedBuffer<Int32>(count: summary.count) { recency in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let recency = recency
      Parallel.forEachChunk(of: recency.count) { _, rows in
        let (days, purchaseDays) = (days.span, purchaseDays.span)
        for row in rows { recency[row] = purchaseDays[row] > 0 ? day - days[row] : 0 }
      }
    }
    return Frame(
      rowCount: summary.count,
      columns: [
        Column("recency_days", .int32(recency), validity: validity),
        Column("orders", .int32(summary.orders), validity: validity),
        Column("monetary_total", .money(summary.monetaryTotals), validity: validity),
      ])
  }
}
