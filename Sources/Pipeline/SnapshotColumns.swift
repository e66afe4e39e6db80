import Classification
import Columns
import JSONText
import Kernels
import Models

/// The columns of a snapshot: those that are stored, and those that are made of them when it is read.
///
/// Recency, the mean and the digits of rfm follow from other columns and from the date, so they are not stored:
/// a night writes that much less.
enum SnapshotColumns {
  /// Visible columns that are stored, for a summary in id order, but for segments.
  static func stored(_ summary: CustomerSummary, scores: RFMScores) -> [Column] {
    // Who has transactions has scores.
    let buyers = scores.validity
    return [
      Column("first_purchase", .day(summary.firstDays), validity: buyers),
      Column("last_purchase", .day(summary.lastDays), validity: buyers),
      Column("orders", .int32(summary.orders)),
      Column("purchase_days", .int32(summary.purchaseDays)),
      Column("monetary_total", .money(summary.monetaryTotals)),
      Column("r", .uint8(scores.recency), validity: scores.validity),
      Column("f", .uint8(scores.frequency), validity: scores.validity),
      Column("m", .uint8(scores.monetary), validity: scores.validity),
    ]
  }

  /// Names of the columns that are made when a snapshot is read.
  static let derivedNames = ["recency_days", "monetary_mean", "rfm"]

  /// The whole visible frame, in its public order, from the ids, the stored columns, the date and the tags.
  ///
  /// - Parameters:
  ///   - lastSegmentColumn: the tags as text stand behind it, when there are any.
  ///   - derived: which of `derivedNames` to make.
  ///   - details: what stands beside the segments; a stored column of the same name is kept instead.
  static func frame(
    ids: StringTable, stored: Frame, asOf: Int32, bins: RFMBins,
    tags: [(name: String, bitmap: Bitmap)] = [], after lastSegmentColumn: String = "segment",
    derived: [String] = derivedNames, details: SegmentDetails? = nil
  ) -> Frame {
    var frame = Frame(rowCount: stored.rowCount)
    frame.append(Column("customer_id", .text(ids)))
    let taken = details == nil ? [] : Set(stored.names.map { $0.lowercased() })
    for column in stored.columns {
      frame.append(column)
      let beside = details?.columns(beside: column) { !taken.contains($0.lowercased()) }
      for detail in beside ?? [] { frame.append(detail) }
      switch column.name {
      case "last_purchase" where derived.contains("recency_days"):
        frame.append(recency(lastPurchase: column, asOf: asOf))
      case "monetary_total" where derived.contains("monetary_mean"):
        if let orders = stored["orders"] {
          frame.append(mean(total: column, orders: orders))
        }
      case "m" where derived.contains("rfm"):
        if let r = stored["r"], let f = stored["f"], let rfm = digits(r, f, column, bins) {
          frame.append(rfm)
        }
      case lastSegmentColumn where !tags.isEmpty:
        frame.append(tagText(tags, rowCount: stored.rowCount))
      default: break
      }
    }
    return frame
  }

  /// One of the columns that are made of others; nil when it is none, or they are not there.
  static func derived(_ name: String, stored: Frame, asOf: Int32, bins: RFMBins?) -> Column? {
    switch name {
    case "recency_days":
      guard let last = stored["last_purchase"], last.type == .day else { return nil }
      return recency(lastPurchase: last, asOf: asOf)
    case "monetary_mean":
      guard let total = stored["monetary_total"], let orders = stored["orders"],
        total.type == .money, orders.type == .int32
      else { return nil }
      return mean(total: total, orders: orders)
    case "rfm":
      guard let r = stored["r"], let f = stored["f"], let m = stored["m"], let bins,
        SnapshotReader.areScoresWithin(bins, stored)
      else { return nil }
      return digits(r, f, m, bins)
    default: return nil
    }
  }

  /// The stored columns that a derived one is made of.
  static let sources = [
    "recency_days": ["last_purchase"], "monetary_mean": ["monetary_total", "orders"],
    "rfm": ["r", "f", "m"],
  ]

  /// What a classifier's rules may ask for: derived columns only where a rule asks, or where a name is unknown,
  /// so that the nearest right one can be told.
  static func frame(
    ids: StringTable, stored: Frame, asOf: Int32, bins: RFMBins, for classifier: Classifier
  ) -> Frame {
    let needed = classifier.neededColumnNames
    var known = Set(stored.names.map { $0.lowercased() } + derivedNames + ["customer_id"])
    for index in classifier.taxonomies.indices {
      known.insert(classifier.columnName(index).lowercased())
    }
    let derived = needed.isSubset(of: known) ? derivedNames.filter(needed.contains) : derivedNames
    return frame(ids: ids, stored: stored, asOf: asOf, bins: bins, derived: derived)
  }

  /// The stored columns with the segments in their place, behind the scores.
  static func adding(
    _ classified: ClassifiedBase, of classifier: Classifier, to measured: Frame
  ) -> Frame {
    var stored = Frame(rowCount: measured.rowCount)
    for column in measured.columns {
      stored.append(column)
      guard column.name == "m" else { continue }
      for (index, segments) in classified.segments.enumerated() {
        stored.append(segments.column(named: classifier.columnName(index)))
      }
    }
    return stored
  }

  private static func recency(lastPurchase: Column, asOf: Int32) -> Column {
    guard case .day(let days) = lastPurchase.values else {
      preconditionFailure("last_purchase holds days")
    }
    let values = AlignedBuffer<Int32>(count: days.count) { out in
      nonisolated(unsafe) let out = out  // SAFETY: every chunk writes its own rows.
      Parallel.forEachChunk(of: days.count) { _, rows in
        let days = days.pointer
        for row in rows { out[row] = asOf &- days[row] }
      }
    }
    return Column("recency_days", .int32(values), validity: lastPurchase.validity)
  }

  /// The mean amount an order, rounded half to even to 10⁻⁴; null without orders.
  private static func mean(total: Column, orders: Column) -> Column {
    guard case .money(let totals) = total.values, case .int32(let counts) = orders.values else {
      preconditionFailure("monetary_total holds money and orders counts")
    }
    let values = meanAmountsInParallel(totals, orders: counts)
    let orderCounts = counts.pointer
    let validity =
      orderCounts.contains(0) ? Bitmap(count: counts.count) { orderCounts[$0] != 0 } : nil
    return Column("monetary_mean", .money(values), validity: validity)
  }

  private static func digits(_ r: Column, _ f: Column, _ m: Column, _ bins: RFMBins) -> Column? {
    guard case .uint8(let recency) = r.values, case .uint8(let frequency) = f.values,
      case .uint8(let monetary) = m.values
    else { return nil }
    return RFMScores.digitsColumn(
      recency: recency, frequency: frequency, monetary: monetary, bins: bins, validity: r.validity)
  }
}
