package import Columns
import JSONText

/// A column file of a batch, of customers or of a snapshot, as its JSON file lists it.
package struct StoredFile: Sendable, Equatable {
  /// The column's name; any text.
  package let name: String
  /// The file's name in its directory.
  package let fileName: String
  package let type: ColumnType
  package let byteCount: Int
  /// Kept for the engine's own use (state for the next night), not part of the visible schema.
  package let isHidden: Bool
  let indexChecksum: UInt64
  /// The path within the store at which it was written, where that is another: it is shared with a directory before.
  let origin: String?

  var json: JSON {
    var members = [
      JSON.Member("name", .string(name)), JSON.Member("file", .string(fileName)),
      JSON.Member("type", .string(type.name)), JSON.Member("bytes", JSON(byteCount)),
      JSON.Member("index", .string(Checksum.text(indexChecksum))),
    ]
    if isHidden { members.append(JSON.Member("hidden", true)) }
    if let origin { members.append(JSON.Member("origin", .string(origin))) }
    return .object(members)
  }

  init(
    name: String, fileName: String, summary: ColumnFileSummary, isHidden: Bool,
    origin: String? = nil
  ) {
    self.name = name
    self.fileName = fileName
    self.isHidden = isHidden
    type = summary.type
    byteCount = summary.byteCount
    indexChecksum = summary.indexChecksum
    self.origin = origin
  }

  init(_ fields: JSONFields) throws(StorageError) {
    name = try fields.string("name")
    fileName = try fields.string("file")
    let typeName = try fields.string("type")
    guard let type = ColumnType.allCases.first(where: { $0.name == typeName }) else {
      throw fields.fail("type", "a column type")
    }
    guard StoredFile.isFileName(fileName) else { throw fields.fail("file", "a file's name") }
    self.type = type
    byteCount = try fields.count("bytes", upTo: 1 << 50)
    isHidden = fields.json["hidden"]?.boolValue ?? false
    indexChecksum = try fields.checksum("index")
    origin = fields.json["origin"] == nil ? nil : try fields.text("origin", 256)
  }

  /// Names that this module gives to column files: nothing that could lead out of a directory.
  static func isFileName(_ name: String) -> Bool {
    guard name.utf8.count <= 80, name.hasSuffix(".col"), name.utf8.count > 4 else { return false }
    return name.utf8.dropLast(4).allSatisfy(isPlain)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  /// The file of a column: its name where that is plain lower case, else its number.
  static func fileName(of name: String, number: Int, taken: Set<String>) -> String {
    let isSimple =
      name.utf8.count <= 64 && !name.isEmpty
      && name.utf8.allSatisfy { isPlain($0) && $0 != UInt8(ascii: "-") }
    let simple = name + ".col"
    return isSimple && !taken.contains(simple) ? simple : "column-\(number).col"
  }
}
