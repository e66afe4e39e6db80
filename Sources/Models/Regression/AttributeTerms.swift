package import Columns
import Kernels

/// The terms that attributes give, chosen on the training customers.
package struct AttributeTerms: Sendable {
  /// Levels of a category that get a column of their own, at most; the others are pooled.
  package static let levelCountMax = 24
  /// Columns that attributes can take together, at most.
  package static let termCountMax = 400
  /// A level is rare below this share of the training customers, and always below five of them.
  package static let rareShare = 0.002

  package private(set) var terms: [DesignTerm] = []
  /// Attributes left out, and why.
  package private(set) var dropped: [DroppedFeature] = []

  /// Chooses terms for every attribute in the frame's order; `customers` are row numbers.
  package init(_ attributes: Frame, customers: [UInt32]) {
    for column in attributes.columns {
      let chosen: [DesignTerm]
      switch column.values {
      case .text:
        drop(column.name, "free text, not a number or a category")
        continue
      case .string(let codes, let levels):
        chosen = AttributeTerms.categories(column, codes, levels, customers)
      default:
        guard let terms = AttributeTerms.numbers(column, customers) else {
          drop(column.name, "its numbers are too large to average")
          continue
        }
        chosen = terms
      }
      if terms.count + chosen.count > AttributeTerms.termCountMax {
        drop(column.name, "the design has \(AttributeTerms.termCountMax) attribute columns already")
      } else {
        terms += chosen
      }
    }
  }

  private mutating func drop(_ name: String, _ reason: String) {
    dropped.append(DroppedFeature(name: name, reason: reason))
  }

  private static func numbers(_ column: Column, _ customers: [UInt32]) -> [DesignTerm]? {
    var values = [Double](repeating: .nan, count: customers.count)
    column.copyNumbers(of: customers[...], into: &values)
    let known = values.filter(\.isFinite)
    let absent: [DesignTerm] =
      known.count < values.count ? [.missing(attribute: column.name)] : []
    if known.isEmpty { return absent }
    let count = Double(known.count)
    let centre = sumInAnyOrder(known) / count
    let spread = (sumInAnyOrder(known.map { ($0 - centre) * ($0 - centre) }) / count).squareRoot()
    guard centre.isFinite, spread.isFinite else { return nil }
    // A constant gets spread 1: its column is 0 everywhere, and is dropped by name as a constant.
    return [.number(attribute: column.name, centre: centre, spread: spread > 0 ? spread : 1)]
      + absent
  }

  private static func categories(
    _ column: Column, _ codes: DictionaryCodes, _ levels: StringTable, _ customers: [UInt32]
  ) -> [DesignTerm] {
    var counts = [Int](repeating: 0, count: levels.count)
    var missingCount = 0
    for customer in customers {
      let row = Int(customer)
      if column.isNull(row) { missingCount += 1 } else { counts[codes[row]] += 1 }
    }
    let rare = max(5, Int(rareShare * Double(customers.count)))
    // Most frequent first, names in order among equals: never the dictionary's order.
    let ranked = levels.array.indices.filter { counts[$0] > 0 }.map { (counts[$0], levels[$0]) }
      .sorted { ($1.0, $0.1) < ($0.0, $1.1) }
    let kept = ranked.prefix(levelCountMax + 1).enumerated()
      .filter { $0.offset == 0 || $0.element.0 >= rare }.map(\.element.1)
    // The most frequent level is the one that the others are compared with: it has no column.
    var terms = kept.dropFirst().map { DesignTerm.level(attribute: column.name, level: $0) }
    if ranked.count > kept.count {
      terms.append(.otherLevels(attribute: column.name, known: Array(kept)))
    }
    if missingCount > 0 { terms.append(.missing(attribute: column.name)) }
    return terms
  }
}

/// A feature that the fit left out.
package struct DroppedFeature: Sendable, Equatable {
  package let name: String
  package let reason: String
}
