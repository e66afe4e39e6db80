import JSONText

/// A JSON file that carries its own checksum, as its last member:
///
///     {
///       "rows": 3,
///       "checksum": "xxh3-64:0123456789abcdef"
///     }
///
/// The checksum is of every byte before that member's line; the line itself and what follows are fixed by it,
/// so that no byte of the file can change unnoticed.
enum SealedJSON {
  struct Contents {
    let json: JSON
    let checksum: UInt64
    let byteCount: Int
  }

  private static func tail(_ checksum: UInt64) -> [UInt8] {
    Array("  \"checksum\": \"\(Checksum.text(checksum))\"\n}\n".utf8)
  }

  /// The bytes of the file, and its checksum.
  static func seal(
    _ members: [JSON.Member], identity: FileIdentity
  ) -> (bytes: [UInt8], checksum: UInt64) {
    let unsealed = JSON.object(members + [JSON.Member("checksum", .string(Checksum.text(0)))])
    var bytes = Array(unsealed.prettyText.utf8)
    bytes.removeLast(tail(0).count)
    let checksum = Checksum.of(bytes, seed: identity.seed(.header))
    return (bytes + tail(checksum), checksum)
  }

  /// Reads and checks a file.
  static func read(
    _ path: String, identity: FileIdentity, system: SystemCalls
  ) throws(StorageError) -> Contents {
    try open(
      try File.readAll(path, limit: StorageLimits.jsonByteCountMax, system: system), path: path,
      identity: identity)
  }

  /// Checks and parses the bytes of a file.
  static func open(
    _ bytes: [UInt8], path: String, identity: FileIdentity
  ) throws(StorageError) -> Contents {
    let tailByteCount = tail(0).count
    guard bytes.count > tailByteCount else {
      throw .damaged(path, found: "\(bytes.count) bytes", expected: "a sealed JSON object")
    }
    let head = Array(bytes[..<(bytes.count - tailByteCount)])
    let checksum = Checksum.of(head, seed: identity.seed(.header))
    guard bytes[head.count...].elementsEqual(tail(checksum)) else {
      throw .damaged(
        path, at: head.count, found: "another checksum",
        expected: "\(Checksum.text(checksum)), that of the bytes before it")
    }
    do {
      return Contents(
        json: try JSON.parse(bytes), checksum: checksum, byteCount: bytes.count)
    } catch {
      throw .damaged(path, at: error.byteOffset, found: error.reason, expected: "JSON")
    }
  }
}

/// Members of a JSON object that must be there and of the right kind.
struct JSONFields {
  let json: JSON
  let path: String

  func fail(_ name: String, _ expected: String) -> StorageError {
    .damaged(path, found: "no such member \"\(name)\"", expected: expected)
  }

  func integer(_ name: String, in range: ClosedRange<Int64>) throws(StorageError) -> Int64 {
    guard let value = json[name]?.integerValue, range.contains(value) else {
      throw fail(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func count(_ name: String, upTo limit: Int) throws(StorageError) -> Int {
    Int(try integer(name, in: 0...Int64(limit)))
  }

  func string(_ name: String) throws(StorageError) -> String {
    guard let value = json[name]?.stringValue else { throw fail(name, "a string") }
    return value
  }

  func checksum(_ name: String) throws(StorageError) -> UInt64 {
    let text = try string(name)
    guard text.hasPrefix("xxh3-64:"), text.utf8.count == 24,
      let value = UInt64(text.dropFirst(8), radix: 16)
    else { throw fail(name, "xxh3-64: and 16 hexadecimal digits") }
    return value
  }

  func array(_ name: String, upTo limit: Int) throws(StorageError) -> [JSONFields] {
    guard let values = json[name]?.arrayValue, values.count <= limit else {
      throw fail(name, "an array of at most \(limit)")
    }
    return values.map { JSONFields(json: $0, path: path) }
  }
}
