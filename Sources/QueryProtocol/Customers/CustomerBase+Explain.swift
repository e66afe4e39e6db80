import Columns
package import JSONText

extension CustomerBase {
  /// Why a customer has these scores and this segment: each score with what the measured column must be for the
  /// next better and the next worse one, and the segment's rule.
  func explanation(row: Int) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("customer_id", .string(identifiers[row]))]
    let group = metadata["rfm"]?["by"]?.stringValue.flatMap { frame[$0]?.string(row) }
    if let ruler = ScoreRuler(metadata, group: group) {
      if let column = ruler.groupColumn {
        members.append(.init("scored_within", ["column": .string(column), "value": text(group)]))
      }
      members.append(
        .init("scores", .array(ruler.measures.map { explanation(of: $0, row: row) })))
    }
    if let name = frame[SegmentCatalog.columnName]?.string(row) {
      members.append(.init("segment", segmentRecord(named: name) ?? ["name": .string(name)]))
    }
    if let orders = frame["orders"], orders.wholeNumber(row) == 0 {
      members.append(
        .init("not_scored", [.string("no transactions by \(Day.text(asOf))")]))
    }
    return members
  }

  /// What the snapshot's record says of a segment: `name`, `label`, `when` and, where they were given, `action`,
  /// `owner`, `channel`, `colour`.
  func segmentRecord(named name: String) -> JSON? {
    metadata["taxonomy"]?["segments"]?.arrayValue?.first { $0["name"]?.stringValue == name }
  }

  private func explanation(of measure: ScoreRuler.Measure, row: Int) -> JSON {
    var members: [JSON.Member] = [.init("score", .string(measure.score))]
    let score = frame[measure.score]?.wholeNumber(row)
    members.append(.init("value", score.map { .integer($0) } ?? .null))
    members.append(.init("of", JSON(measure.binCount)))
    members.append(.init("column", .string(measure.column)))
    let measured = frame[measure.column]?.wholeNumber(row)
    members.append(
      .init(
        "measured",
        measured.map { measure.isMoney ? .number(Money.double($0)) : .integer($0) } ?? .null))
    let known = score.flatMap { (1...Int64(measure.binCount)).contains($0) ? Int($0) : nil }
    members.append(
      .init("up_when", text(known.flatMap { measure.stepUp(from: $0)?.condition })))
    members.append(
      .init("down_when", text(known.flatMap { measure.stepDown(from: $0)?.condition })))
    return .object(members)
  }

  private func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

  /// The scores that a customer of these figures would get by the snapshot's cuts, within its group where
  /// customers are scored apart by a column; nil when the snapshot has no cuts, or none of the group.
  func scores(of customer: UnseenCustomer) -> [JSON.Member]? {
    guard let ruler = ScoreRuler(metadata, of: customer) else { return nil }
    var members: [JSON.Member] = []
    var digits: [String] = []
    for measure in ruler.measures {
      let score = measure.score(of: customer)
      members.append(.init(measure.score, JSON(score)))
      digits.append(String(score))
    }
    let separator = ruler.measures.allSatisfy { $0.binCount < 10 } ? "" : "-"
    members.append(.init("rfm", .string(digits.joined(separator: separator))))
    return members
  }
}

extension ScoreRuler {
  /// The cuts for an unseen customer: those of its group, whose column must be given; an empty value is none.
  package init?(_ metadata: JSON, of customer: UnseenCustomer) {
    guard let column = metadata["rfm"]?["by"]?.stringValue else {
      self.init(metadata)
      return
    }
    guard let group = customer.given[column] else { return nil }
    self.init(metadata, group: group.isEmpty ? nil : group)
  }
}

extension ScoreRuler.Measure {
  /// The score of an unseen customer.
  package func score(of customer: UnseenCustomer) -> Int {
    switch column {
    case "recency_days": score(of: customer.recencyDays)
    case "monetary_total": score(of: customer.monetary)
    case "monetary_mean":
      score(ofMeanOf: customer.monetary, orders: Int64(customer.orders))
    case "purchase_days": score(of: Int64(customer.purchaseDays))
    default: score(of: Int64(customer.orders))
    }
  }
}
