import Columns
import JSONText

extension DirectoryName {
  /// What a directory is called in its own record and in the manifest: `number` or `asOf sequence`, then `revision`
  /// where it is not 1.
  var members: [JSON.Member] {
    var members =
      asOf.map {
        [JSON.Member("asOf", .string(Day.text($0))), JSON.Member("sequence", JSON(number))]
      } ?? [JSON.Member("number", JSON(number))]
    if revision != 1 { members.append(JSON.Member("revision", JSON(revision))) }
    return members
  }
}

extension ManifestEntry {
  /// The directory's name, the given members, and the checksum of its record.
  func json(_ members: [JSON.Member]) -> JSON {
    .object(
      directory.members + members
        + [JSON.Member("checksum", .string(Checksum.text(checksum)))])
  }
}

extension BatchEntry {
  var json: JSON {
    json([
      JSON.Member("rows", JSON(rowCount)), JSON.Member("customers", JSON(customerCount)),
      JSON.Member("firstDay", .string(Day.text(firstDay))),
      JSON.Member("lastDay", .string(Day.text(lastDay))),
      JSON.Member("sources", .array(sourceHashes.map { .string(Checksum.text($0)) })),
    ])
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.number()
    revision = try fields.revision()
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    customerCount = try fields.count("customers", upTo: StorageLimits.customerCountMax)
    firstDay = try fields.day("firstDay")
    lastDay = try fields.day("lastDay")
    sourceHashes = try fields.hashes("sources")
    checksum = try fields.checksum("checksum")
  }
}

extension CustomersEntry {
  var json: JSON {
    var members = [
      JSON.Member("firstCode", JSON(firstCode)), JSON.Member("customers", JSON(customerCount)),
      JSON.Member("attributeRows", JSON(attributeRowCount)),
    ]
    if let since { members.append(JSON.Member("since", .string(Day.text(since)))) }
    return json(members)
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.number()
    revision = try fields.revision()
    firstCode = try fields.count("firstCode", upTo: StorageLimits.customerCountMax)
    customerCount = try fields.count("customers", upTo: StorageLimits.customerCountMax)
    attributeRowCount = try fields.count("attributeRows", upTo: StorageLimits.rowCountMax)
    since = fields.json["since"] == nil ? nil : try fields.day("since")
    checksum = try fields.checksum("checksum")
  }
}

extension SnapshotEntry {
  var json: JSON { json([JSON.Member("rows", JSON(rowCount))]) }

  init(_ fields: JSONFields) throws(StorageError) {
    asOf = try fields.day("asOf")
    sequence = Int(try fields.integer("sequence", in: 1...Int64(Int32.max)))
    revision = try fields.revision()
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    checksum = try fields.checksum("checksum")
  }
}

extension EventsEntry {
  var json: JSON {
    json([
      JSON.Member("kind", .string(kind)), JSON.Member("rows", JSON(rowCount)),
      JSON.Member("customers", JSON(customerCount)),
      JSON.Member("firstDay", .string(Day.text(firstDay))),
      JSON.Member("lastDay", .string(Day.text(lastDay))),
      JSON.Member("sources", .array(sourceHashes.map { .string(Checksum.text($0)) })),
    ])
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.number()
    revision = try fields.revision()
    kind = try fields.text("kind", StorageLimits.columnNameByteCountMax)
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    customerCount = try fields.count("customers", upTo: StorageLimits.customerCountMax)
    firstDay = try fields.day("firstDay")
    lastDay = try fields.day("lastDay")
    sourceHashes = try fields.hashes("sources")
    checksum = try fields.checksum("checksum")
  }
}

extension ForgottenEntry {
  var json: JSON { json([JSON.Member("rows", JSON(rowCount))]) }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.number()
    revision = try fields.revision()
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    checksum = try fields.checksum("checksum")
  }
}

extension DeliveryEntry {
  var json: JSON {
    json([
      JSON.Member("system", .string(system)), JSON.Member("snapshot", .string(snapshot)),
      JSON.Member("rows", JSON(rowCount)),
    ])
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.number()
    revision = try fields.revision()
    system = try fields.text("system", StorageLimits.columnNameByteCountMax)
    snapshot = try fields.text("snapshot", StorageLimits.columnNameByteCountMax)
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    checksum = try fields.checksum("checksum")
  }
}

extension JSONFields {
  func day(_ name: String) throws(StorageError) -> Int32 {
    guard let day = Day.parse(try string(name)) else { throw fail(name, "a date, YYYY-MM-DD") }
    return day
  }

  fileprivate func number() throws(StorageError) -> Int {
    Int(try integer("number", in: 1...Int64(Int32.max)))
  }

  /// 1 where it is left out.
  fileprivate func revision() throws(StorageError) -> Int {
    json["revision"] == nil ? 1 : Int(try integer("revision", in: 2...Int64(Int32.max)))
  }

  fileprivate func hashes(_ name: String) throws(StorageError) -> [UInt64] {
    try array(name, upTo: StorageLimits.generationCountMax).map { source throws(StorageError) in
      try JSONFields(json: ["hash": source.json], path: source.path).checksum("hash")
    }
  }
}
