package import Columns
package import JSONText
import Kernels
import Models

/// The drift of every measure between two snapshots.
package struct DriftReport: Sendable, Equatable {
  /// Names of the two snapshots.
  package let before: String
  package let after: String
  package let measures: [MeasureDrift]

  package static let measureNames = [
    "recency_days", "orders", "monetary_total", "r", "f", "m", "clv", "segment",
  ]

  /// The columns that a report looks at, as far as a snapshot has them.
  package static let columnNames = [
    "last_purchase", "orders", "monetary_total", "r", "f", "m", "clv", "segment",
  ]

  /// Measures that only one of the snapshots has are left out. Customers without a value (prospects have no
  /// recency) are a bin of their own.
  ///
  /// Cost: the deciles of four columns a side without sorting, and a pass to count; all in parallel.
  package init(
    before: (name: String, asOf: Int32, frame: Frame),
    after: (name: String, asOf: Int32, frame: Frame)
  ) {
    self.before = before.name
    self.after = after.name
    var measures: [MeasureDrift] = []
    for name in DriftReport.columnNames {
      guard let old = before.frame[name], let new = after.frame[name], old.type == new.type else {
        continue
      }
      if case .string(let codesBefore, let namesBefore) = old.values,
        case .string(let codesAfter, let namesAfter) = new.values
      {
        let a = DriftReport.counts(codesBefore, old.validity, namesBefore)
        let b = DriftReport.counts(codesAfter, new.validity, namesAfter)
        let names = Set(a.keys).union(b.keys).sorted()
        measures.append(
          MeasureDrift(
            measure: name,
            stabilityIndex: MeasureDrift.stabilityIndex(
              names.map { a[$0] ?? 0 }, names.map { b[$0] ?? 0 }),
            quantileShift: nil, decilesBefore: [], decilesAfter: []))
      } else if let old = DriftValues(old, asOf: before.asOf),
        let new = DriftValues(new, asOf: after.asOf)
      {
        measures.append(
          old.drift(to: new, measure: name == "last_purchase" ? "recency_days" : name))
      }
    }
    self.measures = measures
  }

  /// Customers by the name of their category.
  private static func counts(
    _ codes: DictionaryCodes, _ validity: Bitmap?, _ names: StringTable
  ) -> [String: Int] {
    var counts = [Int](repeating: 0, count: names.count + 1)
    if case .uint8(let bytes) = codes, validity == nil {
      counts.withUnsafeMutableBufferPointer { countBytes(bytes.pointer, into: $0) }
    } else {
      for row in 0..<codes.count {
        counts[validity.map { $0[row] } ?? true ? codes[row] : names.count] += 1
      }
    }
    var byName: [String: Int] = [:]
    for (index, name) in (names.array + ["(none)"]).enumerated() where counts[index] > 0 {
      byName[name, default: 0] += counts[index]
    }
    return byName
  }

  package var json: JSON { .array(measures.map(\.json)) }
}
