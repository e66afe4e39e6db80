import Columns
import Foundation
import JSONText

@testable import Models

/// What scikit-learn and NumPy say (make_regression.py), and the tables to ask the same of the engine.
enum RegressionFixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static let json: JSON = {
    let data = try! Data(contentsOf: folder.appending(path: "Fixtures/regression.json"))
    return try! JSON.parse(data)
  }()

  static func numbers(_ json: JSON?) -> [Double] {
    json?.arrayValue?.compactMap(\.doubleValue) ?? []
  }

  static func strings(_ json: JSON?) -> [String] {
    json?.arrayValue?.compactMap(\.stringValue) ?? []
  }

  /// A table of rows (customer, day, amount in units of 10⁻⁴), in any order.
  static func table(_ rows: [(customer: Int, day: Int32, amount: Int64)]) -> TransactionTable {
    let sorted = rows.sorted { ($0.customer, $0.day, $0.amount) < ($1.customer, $1.day, $1.amount) }
    var codes: [UInt32] = []
    var starts: [UInt32] = []
    for (i, row) in sorted.enumerated() where codes.last != UInt32(row.customer) {
      codes.append(UInt32(row.customer))
      starts.append(UInt32(i))
    }
    return TransactionTable(
      customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(starts + [UInt32(rows.count)]),
      days: AlignedBuffer(sorted.map(\.day)), amounts: AlignedBuffer(sorted.map(\.amount)))
  }

  /// The CDNOW sample; customers by sample id.
  static let cdnow: (rows: [(customer: Int, day: Int32, amount: Int64)], names: [String]) = {
    let path = folder.appending(path: "../../../data/cdnow_sample.csv")
    let text = try! String(contentsOf: path, encoding: .utf8)
    let lines = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    let names = Set(lines.map { String($0[1]) }).sorted()
    let codes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let rows = lines.map { fields in
      let amount = (Double(fields[4].filter { $0 != "\r" })! * 10_000).rounded()
      return (codes[String(fields[1])]!, Day.parse(String(fields[2]))!, Int64(amount))
    }
    return (rows.map { (customer: $0.0, day: $0.1, amount: $0.2) }, names)
  }()

  static func isClose(_ a: Double, _ b: Double, _ tolerance: Double, scale: Double = 0) -> Bool {
    abs(a - b) <= tolerance * max(abs(b), scale)
  }
}
