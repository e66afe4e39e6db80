import Columns
import JSONText
import QueryProtocol

extension Conversation {
  /// A client of a server without a token.
  convenience init(_ base: CustomerBase) { self.init(base, Service(host: StubHost())) }

  func send(_ bytes: [UInt8]) -> [UInt8] { reply(to: bytes) }

  func send(_ text: String) -> String {
    String(decoding: reply(to: Array(text.utf8)), as: UTF8.self)
  }

  /// Sends one RESP command.
  func command(_ arguments: String...) -> String {
    String(decoding: reply(to: resp(arguments)), as: UTF8.self)
  }
}

/// A RESP command.
func resp(_ arguments: [String]) -> [UInt8] {
  Array(
    ("*\(arguments.count)\r\n"
      + arguments.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
}

struct StubHost: ServiceHost {
  func information(on base: CustomerBase) -> [(title: String, members: [JSON.Member])] {
    [
      ("Server", [.init("version", "1.0.0"), .init("uptime_seconds", 3)]),
      ("Commandstats", [.init("get", .object([.init("calls", 2), .init("p99_us", 1.5)]))]),
    ]
  }

  func snapshots() throws -> [JSON] { [.object([.init("name", "2026-11-21.1")])] }

  func customers(at date: String) throws -> CustomerBase? { nil }
}

/// Customers c0…: every type of column, every kind of value.
func sampleBase(count: Int = 5, name: String = "2026-11-21.1") -> CustomerBase {
  let rows = Array(0..<count)
  let segments = StringTable(["Champions", "At risk", "New \"x\""])
  let frame = Frame(
    rowCount: count,
    columns: [
      Column("customer_id", .text(StringTable(rows.map { "c\($0)" }.sorted()))),
      Column("last_purchase", .day(AlignedBuffer(rows.map { Int32(20_000 + $0) }))),
      Column("orders", .int32(AlignedBuffer(rows.map { Int32($0 * 3) }))),
      Column("monetary_total", .money(AlignedBuffer(rows.map { Int64($0) * 1_234_567 - 5_000 }))),
      Column("r", .uint8(AlignedBuffer(rows.map { UInt8($0 % 5 + 1) }))),
      Column(
        "segment",
        .string(.uint8(AlignedBuffer(rows.map { UInt8($0 % 3) })), segments)),
      Column(
        "p_alive", .float32(AlignedBuffer(rows.map { Float($0) / 7 })),
        validity: Bitmap(count: count) { $0 != 1 }),
      Column("vip", .bool(Bitmap(count: count) { $0 % 2 == 0 })),
    ])
  do { return try CustomerBase(name: name, asOf: 20_778, frame: frame) } catch {
    preconditionFailure("the sample is valid: \(error)")
  }
}
