import Columns
import Models

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads test data whole.
enum TestData {
  /// A file under the package's root.
  static func text(_ path: String) -> String {
    let here = #filePath
    let root = here[..<here.range(of: "/Tests/ModelsTests/")!.lowerBound]
    return read(String(root) + "/" + path)
  }

  static func fixture(_ name: String) -> String {
    text("Tests/ModelsTests/Lifetime/Fixtures/" + name)
  }

  private static func read(_ path: String) -> String {
    guard let file = fopen(path, "rb") else { fatalError("cannot open \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: block[..<count])
    }
  }

  /// Rows of a CSV without quotes, its header left out.
  static func rows(_ text: String) -> [[Substring]] {
    text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
  }
}

extension String {
  func range(of needle: String) -> Range<String.Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(needle) {
        return at..<index(at, offsetBy: needle.count)
      }
      at = index(after: at)
    }
    return nil
  }
}

/// The CDNOW sample: 2,357 customers who first bought in the first quarter of 1997.
enum CDNOW {
  /// The end of the calibration period.
  static let calibrationEnd = Day.number(year: 1997, month: 9, day: 30)
  /// The end of the data.
  static let end = Day.number(year: 1998, month: 6, day: 30)

  /// Transactions up to a date as the engine summarises them: by customer, purchases of a day together.
  static func summary(asOf: Int32) -> CustomerSummary {
    var days: [Substring: [Int32: Int64]] = [:]
    var orders: [Substring: Int32] = [:]
    for row in TestData.rows(TestData.text("data/cdnow_sample.csv")) {
      let day = Day.parse(String(row[2]))!
      if day > asOf { continue }
      let amount = Int64((Double(row[4])! * 10_000).rounded())
      days[row[0], default: [:]][day, default: 0] += amount
      orders[row[0], default: 0] += 1
    }
    let customers = days.keys.sorted()
    func column<Value>(_ value: (Substring) -> Value) -> AlignedBuffer<Value> {
      AlignedBuffer(customers.map(value))
    }
    return CustomerSummary(
      asOf: asOf, firstDays: column { days[$0]!.keys.min()! },
      lastDays: column { days[$0]!.keys.max()! }, orders: column { orders[$0]! },
      purchaseDays: column { Int32(days[$0]!.count) },
      monetaryTotals: column { days[$0]!.values.reduce(0, +) },
      firstDayTotals: column { days[$0]![days[$0]!.keys.min()!]! })
  }

  static let calibration = summary(asOf: calibrationEnd)
  static let history = PurchaseHistory(calibration)
}
