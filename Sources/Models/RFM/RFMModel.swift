package import JSONText

/// What scoring found out: the cuts of every measure, for each group that was scored on its own.
package struct RFMModel: Sendable, Equatable {
  /// One measure in one group.
  package struct Measure: Sendable, Equatable {
    /// Bins the measure has, used or not.
    package let bins: Int
    /// One less than bins, never falling; none where nobody was scored. For recency in days, so that the
    /// first cut is the best customers'. With `ntile` a cut shows where two bins meet: ties may stand on
    /// either side of it.
    package let cuts: [RFMCut]
    /// Customers with score 1, 2, …, bins.
    package let counts: [Int]

    /// Scores that nobody got, though somebody was scored: ties are as large as bins.
    package var emptyBins: [Int] {
      counts.allSatisfy { $0 == 0 } ? [] : (1...bins).filter { counts[$0 - 1] == 0 }
    }
  }

  /// The customers that were scored together.
  package struct Group: Sendable, Equatable {
    /// The value of the column that customers were scored by; nil for customers without one, and for the
    /// only group when there is no such column.
    package let name: String?
    package let customerCount: Int
    package let recency: Measure
    package let frequency: Measure
    package let monetary: Measure

    package subscript(measure: RFMMeasure) -> Measure {
      switch measure {
      case .recency: recency
      case .frequency: frequency
      case .monetary: monetary
      }
    }
  }

  package let method: String
  package let frequency: RFMOptions.Frequency
  package let monetary: RFMOptions.Monetary
  /// The column that customers were scored by.
  package let groupColumn: String?
  /// One group without a group column; else one for every value that somebody scored has, in dictionary
  /// order, and last the customers without a value.
  package let groups: [Group]

  /// "frequency: nobody has score 2 or 3" for every measure and group with empty bins.
  package var emptyBinNotes: [String] {
    groups.flatMap { group in
      RFMMeasure.allCases.compactMap { measure in
        let empty = group[measure].emptyBins
        if empty.isEmpty { return nil }
        let place = groupColumn.map { " where \($0) is \(group.name ?? "null")" } ?? ""
        let list = empty.map(String.init).joined(separator: ", ")
        return "\(measure.rawValue): equal values leave score \(list) without customers\(place)"
      }
    }
  }
}

extension RFMModel {
  package var json: JSON {
    let groupColumnName: JSON = groupColumn.map { JSON($0) } ?? .null
    return [
      "method": JSON(method), "frequency": JSON(frequency.rawValue),
      "monetary": JSON(monetary.rawValue), "by": groupColumnName,
      "groups": .array(groups.map(\.json)),
    ]
  }

  package init(json: JSON) throws(RFMError) {
    guard let method = json["method"]?.stringValue else { throw .notAModel("method") }
    guard let frequency = json["frequency"]?.stringValue.flatMap(RFMOptions.Frequency.init)
    else { throw .notAModel("frequency") }
    guard let monetary = json["monetary"]?.stringValue.flatMap(RFMOptions.Monetary.init)
    else { throw .notAModel("monetary") }
    guard let groups = json["groups"]?.arrayValue else { throw .notAModel("groups") }
    self.method = method
    self.frequency = frequency
    self.monetary = monetary
    groupColumn = json["by"]?.stringValue
    self.groups = try groups.map { group throws(RFMError) in
      guard let count = group["customers"]?.intValue else { throw .notAModel("customers") }
      return Group(
        name: group["name"]?.stringValue, customerCount: count,
        recency: try Measure(json: group["recency"]),
        frequency: try Measure(json: group["frequency"]),
        monetary: try Measure(json: group["monetary"]))
    }
  }
}

extension RFMModel.Group {
  var json: JSON {
    let nameText: JSON = name.map { JSON($0) } ?? .null
    return [
      "name": nameText, "customers": JSON(customerCount),
      "recency": recency.json(of: .recency), "frequency": frequency.json(of: .frequency),
      "monetary": monetary.json(of: .monetary),
    ]
  }
}

extension RFMModel.Measure {
  func json(of measure: RFMMeasure) -> JSON {
    [
      "bins": JSON(bins), "cuts": .array(cuts.map { $0.json(of: measure) }),
      "counts": .array(counts.map { JSON($0) }),
    ]
  }

  init(json: JSON?) throws(RFMError) {
    guard let bins = json?["bins"]?.intValue, RFMOptions.binRange.contains(bins) else {
      throw .notAModel("bins")
    }
    guard let cuts = json?["cuts"]?.arrayValue, cuts.isEmpty || cuts.count == bins - 1 else {
      throw .notAModel("cuts")
    }
    guard let counts = json?["counts"]?.arrayValue?.compactMap(\.intValue), counts.count == bins
    else { throw .notAModel("counts") }
    self.bins = bins
    self.cuts = try cuts.map { cut throws(RFMError) in try RFMCut(json: cut) }
    self.counts = counts
  }
}
