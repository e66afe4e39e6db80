import Columns
import Expressions
import Foundation

/// The random table of the oracle's fixtures.
struct OracleTable {
  private let names: [String]
  private let types: [String]
  private let cells: [[String?]]

  /// Reads `oracle_table.csv`: `name:type` in the header, `\N` for null, no commas inside fields.
  init(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    names = lines[0].map { String($0.split(separator: ":")[0]) }
    types = lines[0].map { String($0.split(separator: ":")[1]) }
    cells = lines.dropFirst().map { $0.map { $0 == "\\N" ? nil : $0 } }
  }

  /// The table `copies` times over, ids going on.
  func source(copies: Int, zoneMaps: Bool = false) -> QuerySource {
    var frame = Frame(rowCount: cells.count * copies)
    var tags: [(name: String, bitmap: Bitmap)] = []
    for (c, name) in names.enumerated() {
      let once = cells.map { $0[c] }
      var all = Array(repeatElement(once, count: copies).joined())
      if name == "id" { all = all.indices.map { String($0) } }
      if types[c] == "tag" {
        tags.append((String(name.dropFirst(4)), Bitmap(all.map { $0 == "true" })))
      }
      frame.append(OracleTable.column(name, types[c], all))
    }
    let maps =
      zoneMaps
      ? frame.columns.compactMap { column in
        ZoneMap(column).map { (column.name, $0) }
      } : []
    return QuerySource(
      frame: frame, tags: tags, zoneMaps: Dictionary(uniqueKeysWithValues: maps))
  }

  private static func column(_ name: String, _ type: String, _ cells: [String?]) -> Column {
    let valid = Bitmap(cells.map { $0 != nil })
    let validity = valid.oneCount == cells.count ? nil : valid
    func numbers<T: LosslessStringConvertible & BitwiseCopyable>(_ zero: T) -> AlignedBuffer<T> {
      AlignedBuffer(cells.map { $0.map { T($0)! } ?? zero })
    }
    let values: ColumnValues
    switch type {
    case "int64": values = .int64(numbers(0))
    case "int32": values = .int32(numbers(0))
    case "uint8": values = .uint8(numbers(0))
    case "float64": values = .float64(numbers(0))
    case "float32": values = .float32(numbers(0))
    case "money": values = .money(AlignedBuffer(cells.map { $0.map(units) ?? 0 }))
    case "day": values = .day(AlignedBuffer(cells.map { $0.map { Day.parse($0)! } ?? 0 }))
    case "bool", "tag": values = .bool(Bitmap(cells.map { $0 == "true" }))
    case "text": values = .text(StringTable(cells.map { $0 ?? "" }))
    default:
      // In the order of first appearance, so that codes are not in the order of the strings.
      var codes: [String: UInt32] = [:]
      var texts: [String] = []
      let coded = cells.map { cell -> UInt32 in
        guard let cell else { return 0 }
        if let known = codes[cell] { return known }
        codes[cell] = UInt32(texts.count)
        texts.append(cell)
        return UInt32(texts.count - 1)
      }
      let dictionary: DictionaryCodes =
        texts.count <= 256
        ? .uint8(AlignedBuffer(coded.map { UInt8($0) }))
        : .uint16(AlignedBuffer(coded.map { UInt16($0) }))
      values = .string(dictionary, StringTable(texts))
    }
    return Column(name, values, validity: validity)
  }

  /// `12.3400` in units of 10⁻⁴.
  static func units(_ text: String) -> Int64 {
    let parts = text.split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = String(parts[0]) + fraction + String(repeating: "0", count: 4 - fraction.count)
    return Int64(digits)!
  }
}
