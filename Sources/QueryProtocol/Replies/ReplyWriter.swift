package import JSONText

/// Writes replies in a client's encoding: the same calls give a line of JSON, RESP2 or RESP3.
///
/// A reply is one value between `begin` and `end`. RESP states counts in advance, so arrays and maps are
/// opened with theirs, and must then be given exactly that many elements.
package struct ReplyWriter: ~Copyable {
  package var buffer: ReplyBuffer
  package var encoding = ReplyEncoding.line
  /// Whether the next JSON element has a comma before it.
  var needsComma = false
  /// The snapshot to name in the next reply.
  package var snapshotName: String?

  package init(capacity: Int = 4096) { buffer = ReplyBuffer(capacity: capacity) }

  // MARK: Whole replies

  /// Starts a reply of one value, which is member `name` of the line's object.
  package mutating func begin(_ name: StaticString) {
    beginLine()
    if encoding == .line { key(name) }
  }

  /// Starts a reply that is a map of `count` members: of the line's own object, in the line protocol.
  package mutating func beginMembers(_ count: Int) {
    beginLine()
    if encoding != .line { beginMap(count) }
  }

  /// Ends the reply.
  package mutating func end() {
    if encoding == .line { buffer.append("}\n") }
  }

  private mutating func beginLine() {
    if encoding == .line {
      buffer.append("{\"ok\":true")
      needsComma = true
      if let snapshotName {
        key("snapshot")
        string(snapshotName)
      }
    } else if let snapshotName {
      beginArray(2)
      string(snapshotName)
    }
  }

  /// A reply that only says that all is well: `+text` in RESP.
  package mutating func status(_ text: StaticString) {
    if encoding == .line {
      begin("reply")
      buffer.append(UInt8(ascii: "\""))
      buffer.append(text)
      buffer.append(UInt8(ascii: "\""))
      end()
    } else {
      beginLine()
      buffer.append(UInt8(ascii: "+"))
      buffer.append(text)
      buffer.append("\r\n")
    }
  }

  /// A reply that says what is wrong.
  package mutating func error(_ error: ReplyError) {
    self.error(
      code: error.code.rawValue, prefix: error.code.respPrefix, message: error.message,
      place: error.place)
  }

  package mutating func error(_ error: ProtocolError) {
    self.error(code: error.code, prefix: "ERR", message: error.description)
  }

  private mutating func error(
    code: String, prefix: String, message: String, place: ReplyError.Place? = nil
  ) {
    if encoding == .line {
      buffer.append("{\"ok\":false,\"code\":")
      buffer.append(quoted: code)
      buffer.append(",\"error\":")
      buffer.append(quoted: message)
      if let place {
        buffer.append(",\"line\":\(place.line),\"column\":\(place.column),\"excerpt\":")
        buffer.append(quoted: place.excerpt)
      }
      buffer.append("}\n")
    } else {
      // A simple error ends at the first line break, so it must not hold one.
      buffer.append("-")
      buffer.append(prefix)
      buffer.append(" ")
      for byte in message.utf8 { buffer.append(byte < 0x20 ? UInt8(ascii: " ") : byte) }
      if let place { buffer.append(" (line \(place.line), column \(place.column))") }
      buffer.append("\r\n")
    }
  }

  // MARK: Values

  package mutating func integer(_ value: Int64) {
    if encoding == .line {
      comma()
      buffer.append(integer: value)
    } else {
      buffer.append(UInt8(ascii: ":"))
      buffer.append(integer: value)
      buffer.append("\r\n")
    }
  }

  package mutating func integer(_ value: Int) { integer(Int64(value)) }

  package mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    number { $0.append(double: value) }
  }

  package mutating func float(_ value: Float) {
    guard value.isFinite else { return null() }
    number { $0.append(float: value) }
  }

  /// An exact amount, a number in JSON; in RESP text or a double, whose digits are the amount's.
  package mutating func money(_ units: Int64) {
    number { $0.append(money: units) }
  }

  /// An exact number in units of 10^−scale, scale 1…8, written as money is.
  package mutating func decimal(_ units: Int64, scale: Int) {
    number { $0.append(decimal: units, scale: scale) }
  }

  private mutating func number(_ write: (inout ReplyBuffer) -> Void) {
    switch encoding {
    case .line:
      comma()
      write(&buffer)
    case .resp2: bulk(write)
    case .resp3:
      buffer.append(UInt8(ascii: ","))
      write(&buffer)
      buffer.append("\r\n")
    }
  }

  package mutating func day(_ number: Int32) {
    if encoding == .line {
      comma()
      buffer.append(UInt8(ascii: "\""))
      buffer.append(day: number)
      buffer.append(UInt8(ascii: "\""))
    } else {
      bulk { $0.append(day: number) }
    }
  }

  package mutating func bool(_ value: Bool) {
    switch encoding {
    case .line:
      comma()
      buffer.append(value ? "true" : "false")
    case .resp2: integer(value ? 1 : 0)
    case .resp3: buffer.append(value ? "#t\r\n" : "#f\r\n")
    }
  }

  package mutating func null() {
    switch encoding {
    case .line:
      comma()
      buffer.append("null")
    case .resp2: buffer.append("$-1\r\n")
    case .resp3: buffer.append("_\r\n")
    }
  }

  package mutating func string(_ text: String) {
    if encoding == .line {
      comma()
      buffer.append(quoted: text)
    } else {
      bulk { $0.append(text) }
    }
  }

  /// Text whose bytes are not known to be UTF-8.
  package mutating func string(_ bytes: Span<UInt8>) {
    if encoding == .line {
      comma()
      buffer.append(quotedRepairing: bytes)
    } else {
      bulk(bytes)
    }
  }

  /// Text that is known to be UTF-8.
  package mutating func string(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    if encoding == .line {
      comma()
      buffer.append(quoted: bytes)
    } else {
      bulk { $0.append(bytes) }
    }
  }

  private mutating func bulk(_ bytes: Span<UInt8>) {
    buffer.append(UInt8(ascii: "$"))
    buffer.append(integer: Int64(bytes.count))
    buffer.append("\r\n")
    buffer.append(bytes)
    buffer.append("\r\n")
  }

  /// A bulk string of whatever `write` appends.
  @inline(__always)
  mutating func bulk(gap: Int = 5, _ write: (inout ReplyBuffer) -> Void) {
    let mark = buffer.count
    buffer.skip(gap)
    write(&buffer)
    buffer.finishBulk(from: mark, gap: gap)
  }

  // MARK: Arrays and maps

  package mutating func beginArray(_ count: Int) {
    if encoding == .line { open(UInt8(ascii: "[")) } else { header(UInt8(ascii: "*"), count) }
  }

  package mutating func endArray() {
    if encoding == .line { close(UInt8(ascii: "]")) }
  }

  package mutating func beginMap(_ count: Int) {
    switch encoding {
    case .line: open(UInt8(ascii: "{"))
    case .resp2: header(UInt8(ascii: "*"), count * 2)
    case .resp3: header(UInt8(ascii: "%"), count)
    }
  }

  package mutating func endMap() {
    if encoding == .line { close(UInt8(ascii: "}")) }
  }

  /// The name of the next member of a map.
  package mutating func key(_ name: StaticString) {
    if encoding == .line {
      comma()
      buffer.append(UInt8(ascii: "\""))
      buffer.append(name)
      buffer.append("\":")
      needsComma = false
    } else {
      bulk { $0.append(name) }
    }
  }

  package mutating func key(_ name: String) {
    string(name)
    if encoding == .line {
      buffer.append(UInt8(ascii: ":"))
      needsComma = false
    }
  }

  /// A JSON value as typed reply values.
  package mutating func value(_ json: JSON) {
    switch json {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .number(let value): double(value)
    case .string(let value): string(value)
    case .array(let values):
      beginArray(values.count)
      for value in values { self.value(value) }
      endArray()
    case .object(let members):
      beginMap(members.count)
      for member in members {
        key(member.name)
        value(member.value)
      }
      endMap()
    }
  }

  /// A whole reply of the members of a JSON object.
  package mutating func reply(members: [JSON.Member]) {
    beginMembers(members.count)
    for member in members {
      key(member.name)
      value(member.value)
    }
    end()
  }

  @inline(__always)
  mutating func comma() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    comma()
    buffer.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    buffer.append(bracket)
    needsComma = true
  }

  private mutating func header(_ mark: UInt8, _ count: Int) {
    buffer.append(mark)
    buffer.append(integer: Int64(count))
    buffer.append("\r\n")
  }
}
