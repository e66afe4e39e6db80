package import Columns
package import Models

extension Configuration {
  /// `rfm:`: how measures become scores.
  package struct RFM: Sendable, Equatable {
    package enum Method: String, Sendable, CaseIterable {
      case quantile
      case ntile
      case cuts
    }

    /// Thresholds of `method: cuts`.
    package struct Cuts: Sendable, Equatable {
      package let recencyDays: [Double]
      package let orders: [Double]
      package let monetary: [Double]
    }

    package var bins: Int?
    package var method: Method?
    package var cuts: Cuts?
    package var frequency: RFMOptions.Frequency?
    package var monetary: RFMOptions.Monetary?
    package var by: Located<String>?

    package init() {}
  }

  /// `value:`: how customers are valued.
  package struct Value: Sendable, Equatable {
    /// `bgnbd`, …, `ridge`, `hurdle` or `none`.
    package var model: String?
    package var horizon: TimeSpan?
    package var moreHorizons: [TimeSpan] = []
    package var discountPerYear: Double?
    package var margin: Double?
    package var ruler: TimeRuler?
    package var penalty: Double?

    package static let modelNames =
      LifetimeModelKind.allCases.map(\.rawValue) + [
        "ridge", "hurdle", "none",
      ]

    package init() {}
  }

  /// `clusters:`: how customers are clustered.
  package struct Clusters: Sendable, Equatable {
    package enum Count: Sendable, Equatable {
      case none
      case auto
      case fixed(Int)
    }

    package var count: Count?
    package var features: [Located<String>]?
    package var scale: ClusterScale?
    package var seed: UInt64?

    package init() {}
  }

  static func rfm(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> RFM {
    var section = RFM()
    guard var reader = MappingReader(node, "rfm", document) else { return section }
    section.bins = reader.integer("bins", RFMOptions.binRange)
    section.method = reader.choice("method", RFM.Method.allCases.map { ($0.rawValue, $0) })
    let cuts = reader.node("cuts")
    section.cuts = RFM.cuts(cuts, document)
    section.frequency = reader.choice(
      "frequency", RFMOptions.Frequency.allCases.map { ($0.rawValue, $0) })
    section.monetary = reader.choice(
      "monetary", RFMOptions.Monetary.allCases.map { ($0.rawValue, $0) })
    section.by = reader.text("by", "a column's name")
    if section.method == .cuts, cuts == nil {
      document.report(
        "method cuts takes thresholds; add cuts: {recency_days: […], orders: […], monetary: […]}",
        at: reader.position)
    }
    reader.finish()
    return section
  }

  static func value(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> Value {
    var section = Value()
    guard var reader = MappingReader(node, "value", document) else { return section }
    section.model = reader.choice("model", Value.modelNames.map { ($0, $0) })
    section.horizon =
      reader.value("horizon", "a span such as 12mo or 26w") { TimeSpan($0) }?.value
    for text in reader.texts("more-horizons") ?? [] {
      if let span = TimeSpan(text.value), !section.moreHorizons.contains(span) {
        section.moreHorizons.append(span)
      } else {
        document.report(
          "more-horizons takes different spans such as [3mo, 6mo], not '\(text.value)'",
          at: text.position)
      }
    }
    section.discountPerYear =
      reader.value("discount", "a rate with its unit, such as 10%/yr or 1%/mo") {
        SettingText.discountPerYear($0)
      }?.value
    section.margin = reader.number("margin")
    section.ruler = reader.choice("ruler", TimeRuler.allCases.map { ($0.rawValue, $0) })
    section.penalty = reader.number("penalty", atLeast: 0)
    reader.finish()
    return section
  }

  static func clusters(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> Clusters {
    var section = Clusters()
    guard var reader = MappingReader(node, "clusters", document) else { return section }
    let limit = ClusteringOptions.clusterCountLimit
    section.count =
      reader.value("k", "a number from 1 to \(limit), auto or none") { text in
        switch text {
        case "none": Clusters.Count.none
        case "auto": .auto
        default: Int(text).flatMap { (1...limit).contains($0) ? .fixed($0) : nil }
        }
      }?.value
    section.features = reader.texts("features")
    section.scale = reader.choice("scale", ClusterScale.allCases.map { ($0.rawValue, $0) })
    section.seed =
      reader.value("seed", "a whole number below 2^63") { text in
        UInt64(text).flatMap { $0 <= UInt64(Int64.max) ? $0 : nil }
      }?.value
    reader.finish()
    return section
  }
}

extension Configuration.RFM {
  /// `{recency_days: [30, 90], orders: [2, 5], monetary: [100, 500]}`
  fileprivate static func cuts(
    _ node: ConfigurationNode?, _ document: ConfigurationDocument
  ) -> Cuts? {
    guard var reader = MappingReader(node, "cuts", document) else { return nil }
    let recency = reader.numbers("recency_days")
    let orders = reader.numbers("orders")
    let monetary = reader.numbers("monetary")
    reader.finish()
    guard let recency, let orders, let monetary else {
      document.report(
        "cuts takes rising thresholds for recency_days, orders and monetary", at: reader.position)
      return nil
    }
    do throws(RFMError) {
      _ = try RFMOptions(
        method: .cuts(recency: recency, frequency: orders, monetary: monetary))
    } catch {
      document.report("\(error)", at: reader.position)
    }
    return Cuts(recencyDays: recency, orders: orders, monetary: monetary)
  }
}
