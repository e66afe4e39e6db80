import Columns
import JSONText
import Kernels
import QueryProtocol
import Testing

@Suite struct CustomerTests {
  @Test func theIndexFindsEveryIdAndNoOther() throws {
    var random = RandomStream(seed: 21, stream: 0)
    for count in [0, 1, 2, 3, 7, 8, 1_000, 50_000] {
      var names = Set<String>()
      while names.count < count {
        let length = Int(random.next() % 24)
        names.insert(String(repeating: "x", count: length) + String(random.next() % 1_000_000))
      }
      let identifiers = names.sorted()
      let index = try IdentifierIndex(StringTable(identifiers), seed: random.next())
      for (row, name) in identifiers.enumerated() {
        #expect(index.row(of: Array(name.utf8).span) == row)
      }
      for i in 0..<1_000 {
        #expect(index.row(of: Array("y\(i)".utf8).span) == nil)
      }
      #expect(index.row(of: [UInt8]().span) == nil)
      #expect(index.byteCount <= max(32, count * 16 / 3 + 4))
    }
  }

  @Test func anIdThatStandsTwiceIsRefused() {
    #expect(throws: CustomerBaseError.duplicateCustomer("b")) {
      try IdentifierIndex(StringTable(["a", "b", "c", "b"]), seed: 1)
    }
  }

  @Test func aSnapshotThatCannotBeServedIsRefused() {
    let rows = Frame(rowCount: 2, columns: [Column("orders", .int8(AlignedBuffer([1, 2])))])
    #expect(throws: CustomerBaseError.noIdentifiers(snapshot: "s")) {
      try CustomerBase(name: "s", asOf: 0, frame: rows)
    }
    var damaged = Frame(rowCount: 2)
    damaged.append(Column("customer_id", .text(StringTable(["a", "b"]))))
    damaged.append(
      Column("segment", .string(.uint8(AlignedBuffer([0, 1])), StringTable(["only"]))))
    #expect(throws: CustomerBaseError.codeWithoutString(column: "segment")) {
      try CustomerBase(name: "s", asOf: 0, frame: damaged)
    }
  }

  @Test func profilesOfEveryTypeReadAsTheirColumns() throws {
    let names = ["", "\"\\\n", "é", "plain"]
    let many = (0..<40).map { Column("extra_\($0)", .int8(AlignedBuffer([1, 2, 3, -4]))) }
    let base = try CustomerBase(
      name: "s", asOf: 0,
      frame: Frame(
        rowCount: 4,
        columns: [
          Column("customer_id", .text(StringTable(names))),
          Column("i8", .int8(AlignedBuffer([-128, 0, 1, 127]))),
          Column("i16", .int16(AlignedBuffer([-32_768, 0, 1, 32_767]))),
          Column("i32", .int32(AlignedBuffer([.min, 0, 1, .max]))),
          Column("i64", .int64(AlignedBuffer([.min, 0, 1, .max]))),
          Column("u8", .uint8(AlignedBuffer([0, 1, 2, 255]))),
          Column("u16", .uint16(AlignedBuffer([0, 1, 2, 65_535]))),
          Column("u32", .uint32(AlignedBuffer([0, 1, 2, .max]))),
          Column("f32", .float32(AlignedBuffer([0, 1.5, .nan, -1e20]))),
          Column("f64", .float64(AlignedBuffer([0, 1.5, .infinity, 0.1]))),
          Column("code16", .string(.uint16(AlignedBuffer([3, 2, 1, 0])), StringTable(names))),
          Column("code32", .string(.uint32(AlignedBuffer([0, 0, 1, 2])), StringTable(names))),
        ] + many))
    let client = Conversation(base)
    let reply = try JSON.parse(client.send("GET plain\n"))
    let profile = try #require(reply["customer"])
    #expect(profile["i8"] == 127)
    #expect(profile["i64"] == .integer(.max))
    #expect(profile["u32"] == .integer(Int64(UInt32.max)))
    #expect(profile["f32"] == .number(-1e20))
    #expect(profile["f64"] == 0.1)
    #expect(profile["code16"] == "")
    #expect(profile["code32"] == "é")
    #expect(profile["extra_39"] == -4)
    #expect(profile.objectValue?.count == 52)
    let odd = try JSON.parse(client.send(#"GET "\"\\\n""# + "\n"))
    #expect(odd["customer"]?["customer_id"] == "\"\\\n")
    #expect(odd["customer"]?["code16"] == "é")
    #expect(try JSON.parse(client.send("GET é f32\n"))["customer"]?["f32"] == .null)
    let redis = Conversation(base)
    #expect(redis.command("HGET", "é", "i32") == "$1\r\n1\r\n")
    #expect(redis.command("HGET", "", "i64") == "$20\r\n-9223372036854775808\r\n")
    #expect(redis.command("HGETALL", "plain").hasPrefix("*104\r\n"))
  }

  @Test func invalidTextInASnapshotIsRepaired() throws {
    let bytes = AlignedBuffer<UInt8>([0x61, 0xFF, 0x62])
    let table = StringTable(offsets: AlignedBuffer([0, 2, 3]), bytes: bytes)
    let base = try CustomerBase(
      name: "s", asOf: 0,
      frame: Frame(rowCount: 2, columns: [Column("customer_id", .text(table))]))
    let client = Conversation(base)
    let reply = client.send([UInt8]("*2\r\n$3\r\nGET\r\n$2\r\n".utf8) + [0x61, 0xFF, 0x0D, 0x0A])
    #expect(String(validating: reply, as: UTF8.self)?.contains("a\u{FFFD}") == true)
  }

  @Test func pagesOfASegmentGiveEachCustomerOnce() throws {
    let base = sampleBase(count: 1_000)
    let client = Conversation(base)
    var found: [String] = []
    var cursor: String?
    repeat {
      let after = cursor.map { " AFTER \($0)" } ?? ""
      let page = try JSON.parse(client.send("SEGMENT Champions LIMIT 50\(after)\n"))
      #expect(page["count"] == 334)
      found += try #require(page["ids"]?.arrayValue).compactMap(\.stringValue)
      cursor = page["cursor"]?.stringValue
    } while cursor != nil
    #expect(found.count == 334)
    #expect(Set(found).count == 334)
    #expect(found == found.sorted())
  }

  @Test func aCursorSurvivesASwapEvenWhenItsCustomerIsGone() throws {
    let before = Conversation(sampleBase(count: 100))
    let page = try JSON.parse(before.send("SEGMENT Champions LIMIT 3\n"))
    let cursor = try #require(page["cursor"]?.stringValue)
    let after = Conversation(sampleBase(count: 10, name: "2026-11-22.1"))
    let next = try JSON.parse(after.send("SEGMENT Champions LIMIT 2 AFTER \(cursor)x\n"))
    let ids = try #require(next["ids"]?.arrayValue).compactMap(\.stringValue)
    #expect(ids.allSatisfy { $0 > cursor })
  }

  @Test func inAnUnsortedSnapshotALostCursorSaysSo() throws {
    let frame = Frame(
      rowCount: 3,
      columns: [
        Column("customer_id", .text(StringTable(["b", "a", "c"]))),
        Column("segment", .string(.uint8(AlignedBuffer([0, 0, 0])), StringTable(["All"]))),
      ])
    let client = Conversation(try CustomerBase(name: "s", asOf: 0, frame: frame))
    #expect(client.send("SEGMENT All AFTER b\n").contains(#""ids":["a","c"],"cursor":null"#))
    #expect(client.send("SEGMENT All AFTER bb\n").contains("unknown_cursor"))
  }

  @Test func idsOfOneRequestAreLimited() {
    var limits = ServiceLimits()
    limits.identifierCountMax = 3
    let client = Conversation(sampleBase(), Service(limits: limits, host: StubHost()))
    #expect(client.command("MGET", "a", "b", "c") == "*3\r\n$-1\r\n$-1\r\n$-1\r\n")
    #expect(client.command("MGET", "a", "b", "c", "d").hasPrefix("-LIMIT "))
    #expect(client.command("EXISTS", "a", "b", "c", "d").hasPrefix("-LIMIT "))
    #expect(ServiceLimits().identifierCountMax == 1_000)
  }
}
