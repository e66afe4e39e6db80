package import JSONText

/// One column of a design matrix: how a customer becomes one number.
package enum DesignTerm: Sendable, Equatable {
  /// A feature of the purchases.
  case purchases(PurchaseFeature)
  /// A numeric attribute as (x - centre) / spread; 0 where it is missing.
  case number(attribute: String, centre: Double, spread: Double)
  /// 1 where an attribute is missing: a level of its own.
  case missing(attribute: String)
  /// 1 where a category attribute has this level.
  case level(attribute: String, level: String)
  /// 1 where a category attribute has none of the known levels: the rare ones, and those never seen.
  case otherLevels(attribute: String, known: [String])

  /// The name in reports.
  package var name: String {
    switch self {
    case .purchases(let feature): feature.rawValue
    case .number(let attribute, _, _): attribute
    case .missing(let attribute): "\(attribute) is missing"
    case .level(let attribute, let level): "\(attribute) = \(level)"
    case .otherLevels(let attribute, _): "\(attribute) = (other)"
    }
  }

  /// The attribute that must be given for this term; nil for purchases.
  package var attribute: String? {
    switch self {
    case .purchases: nil
    case .number(let attribute, _, _), .missing(let attribute), .level(let attribute, _),
      .otherLevels(let attribute, _):
      attribute
    }
  }

  package var json: JSON {
    switch self {
    case .purchases(let feature): ["purchases": JSON(feature.rawValue)]
    case .number(let attribute, let centre, let spread):
      ["number": JSON(attribute), "centre": JSON(centre), "spread": JSON(spread)]
    case .missing(let attribute): ["missing": JSON(attribute)]
    case .level(let attribute, let level): ["level": JSON(level), "of": JSON(attribute)]
    case .otherLevels(let attribute, let known):
      ["other_than": .array(known.map { JSON($0) }), "of": JSON(attribute)]
    }
  }

  package init(json: JSON) throws(RegressionError) {
    if let name = json["purchases"]?.stringValue {
      guard let feature = PurchaseFeature(rawValue: name) else {
        throw .badModel("unknown purchase feature '\(name)'")
      }
      self = .purchases(feature)
    } else if let attribute = json["number"]?.stringValue,
      let centre = json["centre"]?.doubleValue, let spread = json["spread"]?.doubleValue,
      spread > 0
    {
      self = .number(attribute: attribute, centre: centre, spread: spread)
    } else if let attribute = json["missing"]?.stringValue {
      self = .missing(attribute: attribute)
    } else if let level = json["level"]?.stringValue, let attribute = json["of"]?.stringValue {
      self = .level(attribute: attribute, level: level)
    } else if let known = json["other_than"]?.arrayValue, let attribute = json["of"]?.stringValue {
      self = .otherLevels(attribute: attribute, known: known.compactMap(\.stringValue))
    } else {
      throw .badModel("a term is none of purchases, number, missing, level, other_than")
    }
  }
}
