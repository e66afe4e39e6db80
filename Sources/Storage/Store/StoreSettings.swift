import JSONText

/// What the first ingest of a store recorded, and every later one goes by: the same file must mean the same every night.
/// What is nil was not recorded: the program's default holds.
package struct StoreSettings: Sendable, Equatable {
  /// What money given back does.
  package enum Returns: String, Sendable, CaseIterable { case net, drop, count }
  package enum IDCase: String, Sendable, CaseIterable { case keep, lower }

  package var returns: Returns?
  /// Whether blanks around customers' ids are taken off.
  package var trimsIDs: Bool?
  package var idCase: IDCase?
  /// An IANA name: `Europe/Berlin`.
  package var timeZone: String?
  /// Words that stand for no value.
  package var nulls: [String]?
  /// ISO 4217: `EUR`.
  package var currency: String?

  package init() {}
}

extension StoreSettings {
  var json: JSON {
    var ids: [JSON.Member] = []
    if let trimsIDs { ids.append(JSON.Member("trim", JSON(trimsIDs))) }
    if let idCase { ids.append(JSON.Member("case", .string(idCase.rawValue))) }
    var members: [JSON.Member] = []
    if let returns { members.append(JSON.Member("returns", .string(returns.rawValue))) }
    if !ids.isEmpty { members.append(JSON.Member("ids", .object(ids))) }
    if let timeZone { members.append(JSON.Member("timeZone", .string(timeZone))) }
    if let nulls {
      members.append(JSON.Member("nulls", .array(nulls.map { .string($0) })))
    }
    if let currency { members.append(JSON.Member("currency", .string(currency))) }
    return .object(members)
  }

  /// Throws `.tooNew` for a name, or a word of a choice, that this version does not know.
  init(_ fields: JSONFields) throws(StorageError) {
    guard let members = fields.json.objectValue else { throw fields.fail("settings", "an object") }
    for member in members {
      let (name, value) = (member.name, member.value)
      switch name {
      case "returns": returns = try fields.choice(name, value)
      case "ids":
        guard let ids = value.objectValue else { throw fields.fail(name, "an object") }
        for member in ids {
          switch member.name {
          case "trim":
            guard let flag = member.value.boolValue else { throw fields.fail("trim", "a bool") }
            trimsIDs = flag
          case "case": idCase = try fields.choice("case", member.value)
          default: throw fields.unknown("setting ids.\(member.name)")
          }
        }
      case "timeZone":
        timeZone = try fields.text(name, StoreSettings.textByteCountMax)
      case "nulls":
        guard let words = value.arrayValue, words.count <= StoreSettings.wordCountMax else {
          throw fields.fail(name, "an array of at most \(StoreSettings.wordCountMax)")
        }
        nulls = try words.map { word throws(StorageError) in
          guard let text = word.stringValue else { throw fields.fail(name, "strings") }
          return text
        }
      case "currency": currency = try fields.text(name, StoreSettings.textByteCountMax)
      default: throw fields.unknown("setting \(name)")
      }
    }
  }

  private static let textByteCountMax = 256
  private static let wordCountMax = 1_024
}

extension JSONFields {
  /// What a later version of the format has brought.
  func unknown(_ what: String) -> StorageError {
    StorageError(
      .tooNew, path: path, found: "the \(what), which this version does not know",
      expected: "a store of this version", advice: "use the version that wrote it")
  }

  fileprivate func choice<Choice: RawRepresentable>(
    _ name: String, _ value: JSON
  ) throws(StorageError) -> Choice where Choice.RawValue == String {
    guard let word = value.stringValue else { throw fail(name, "a word") }
    guard let choice = Choice(rawValue: word) else { throw unknown("value \(word) of \(name)") }
    return choice
  }

  func text(_ name: String, _ byteCountMax: Int) throws(StorageError) -> String {
    let text = try string(name)
    guard !text.isEmpty, text.utf8.count <= byteCountMax else {
      throw fail(name, "1 to \(byteCountMax) bytes")
    }
    return text
  }
}
