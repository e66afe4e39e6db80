/// How customers are scored by recency, frequency and monetary value.
package struct RFMOptions: Sendable, Equatable {
  /// What frequency counts.
  package enum Frequency: String, Sendable, CaseIterable {
    /// Distinct order ids where known, else rows.
    case orders
    /// Days with at least one transaction.
    case days
  }

  /// What monetary value is.
  package enum Monetary: String, Sendable, CaseIterable {
    /// Net amount over all orders.
    case total
    /// Net amount an order.
    case mean
  }

  /// How measures become scores.
  package enum Method: Sendable, Equatable {
    /// Cuts at the j/n quantiles (type 7: linear interpolation); equal values get equal scores.
    case quantile
    /// SQL's `ntile`: bins of equal size, ties broken by customer id.
    case ntile
    /// Given cuts, rising: days for recency, a count for frequency, currency for monetary value.
    case cuts(recency: [Double], frequency: [Double], monetary: [Double])

    package var name: String {
      switch self {
      case .quantile: "quantile"
      case .ntile: "ntile"
      case .cuts: "cuts"
      }
    }
  }

  /// Bins a measure may have.
  package static let binRange = 2...10

  /// Bins of each measure; with given cuts, one more than there are cuts.
  package let bins: RFMBins
  package let frequency: Frequency
  package let monetary: Monetary
  package let method: Method

  /// Checks bins and cuts. With given cuts `bins` is ignored: the cuts say how many there are.
  package init(
    bins: RFMBins = RFMBins(), frequency: Frequency = .orders, monetary: Monetary = .total,
    method: Method = .quantile
  ) throws(RFMError) {
    var bins = bins
    if case .cuts(let r, let f, let m) = method {
      for (measure, cuts) in zip(RFMMeasure.allCases, [r, f, m]) {
        guard cuts.allSatisfy(\.isFinite), zip(cuts, cuts.dropFirst()).allSatisfy(<) else {
          throw .cutsNotRising(measure, cuts)
        }
        guard cuts.allSatisfy({ $0.magnitude <= RFMCut.givenLimit(of: measure) }) else {
          throw .cutOutOfRange(measure, cuts)
        }
      }
      bins = RFMBins(recency: r.count + 1, frequency: f.count + 1, monetary: m.count + 1)
    }
    for measure in RFMMeasure.allCases where !RFMOptions.binRange.contains(bins[measure]) {
      throw .binsOutOfRange(measure, bins[measure])
    }
    self.bins = bins
    self.frequency = frequency
    self.monetary = monetary
    self.method = method
  }
}

/// The three measures.
package enum RFMMeasure: String, Sendable, CaseIterable {
  case recency
  case frequency
  case monetary
}

/// Number of bins of each measure.
package struct RFMBins: Sendable, Equatable {
  package let recency: Int
  package let frequency: Int
  package let monetary: Int

  package init(recency: Int, frequency: Int, monetary: Int) {
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
  }

  /// The same number for all three.
  package init(_ count: Int = 5) {
    self.init(recency: count, frequency: count, monetary: count)
  }

  package subscript(measure: RFMMeasure) -> Int {
    switch measure {
    case .recency: recency
    case .frequency: frequency
    case .monetary: monetary
    }
  }
}

/// Why customers could not be scored.
package enum RFMError: Error, Equatable, CustomStringConvertible {
  case binsOutOfRange(RFMMeasure, Int)
  case cutsNotRising(RFMMeasure, [Double])
  case cutOutOfRange(RFMMeasure, [Double])
  /// The column to score by is no string column of one value a customer.
  case notAGroupColumn(name: String, type: String)
  /// The ranks that break ties are not one a customer.
  case rankCount(found: Int, expected: Int)
  /// A JSON text that is no model; says which member.
  case notAModel(String)

  package var description: String {
    switch self {
    case .binsOutOfRange(let measure, let count):
      "\(count) bins for \(measure.rawValue): give 2 to 10 (for cuts: 1 to 9 cuts)"
    case .cutsNotRising(let measure, let cuts):
      "the cuts for \(measure.rawValue) do not rise: \(cuts); give finite numbers, each above the last"
    case .cutOutOfRange(let measure, let cuts):
      "a cut for \(measure.rawValue) is out of range: \(cuts)"
    case .notAGroupColumn(let name, let type):
      "cannot score by column \(name) of type \(type): give a string column of the customers"
    case .rankCount(let found, let expected):
      "\(found) ranks of customer ids for \(expected) customers"
    case .notAModel(let member):
      "not a saved RFM model: \(member) is missing or of the wrong type"
    }
  }
}
