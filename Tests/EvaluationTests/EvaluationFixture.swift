import Columns
import Foundation
import JSONText
import Kernels
import Models

/// Fixtures of this folder, the CDNOW sample, and a small random base.
enum EvaluationFixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static func json(_ name: String) -> JSON {
    let data = try! Data(contentsOf: folder.appending(path: "Fixtures/\(name)"))
    return try! JSON.parse(data)
  }

  static func numbers(_ json: JSON?) -> [Double] {
    json?.arrayValue?.compactMap(\.doubleValue) ?? []
  }

  static func floats(_ json: JSON?) -> [Float] { numbers(json).map { Float($0) } }
  static func codes(_ json: JSON?) -> [UInt32] { numbers(json).map { UInt32($0) } }

  typealias Row = (customer: Int, day: Int32, amount: Int64)

  static func base(_ rows: [Row], customerCount: Int) -> CustomerBase {
    let sorted = rows.sorted { ($0.customer, $0.day, $0.amount) < ($1.customer, $1.day, $1.amount) }
    var codes: [UInt32] = []
    var starts: [UInt32] = []
    for (i, row) in sorted.enumerated() where codes.last != UInt32(row.customer) {
      codes.append(UInt32(row.customer))
      starts.append(UInt32(i))
    }
    let table = TransactionTable(
      customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(starts + [UInt32(rows.count)]),
      days: AlignedBuffer(sorted.map(\.day)), amounts: AlignedBuffer(sorted.map(\.amount)))
    return try! CustomerBase(batches: [table], customerCount: customerCount, attributes: nil)
  }

  /// The CDNOW sample; customers in the order of their sample ids.
  static let cdnow: CustomerBase = {
    let path = folder.appending(path: "../../data/cdnow_sample.csv")
    let text = try! String(contentsOf: path, encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
    let names = Set(lines.map { String($0[1]) }).sorted()
    let codes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let rows = lines.map { fields -> Row in
      let amount = Int64((Double(fields[4])! * 10_000).rounded())
      return (codes[String(fields[1])]!, Day.parse(String(fields[2]))!, amount)
    }
    return base(rows, customerCount: names.count)
  }()

  /// 600 customers over 400 days; some with one purchase, some with many.
  static func random(seed: UInt64) -> CustomerBase {
    var random = RandomStream(seed: seed)
    var rows: [Row] = []
    for customer in 0..<600 {
      let count = 1 + random.nextIndex(below: 1 + random.nextIndex(below: 12))
      let level = random.nextUnit()
      for _ in 0..<count {
        let amount = Int64(1 + level * 1_000_000 * random.nextUnit())
        rows.append((customer, Int32(random.nextIndex(below: 400)), amount))
      }
    }
    return base(rows, customerCount: 603)
  }
}
