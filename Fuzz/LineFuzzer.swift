// A libFuzzer target: any bytes as a client's lines. Whatever they are, no trap, and the
// replies are the same when the bytes come in two pieces. Built and run by Fuzz/fuzz.sh.

import Columns
import JSONText
import QueryProtocol

private struct Host: ServiceHost {
  func information(on base: CustomerBase) -> [(title: String, members: [JSON.Member])] {
    [("Server", [.init("version", "1"), .init("nested", .object([.init("a", 1.5)]))])]
  }
  func snapshots() throws -> [JSON] { [.object([.init("name", .string("s"))])] }
  func customers(at date: String) throws -> CustomerBase? { nil }
}

private let service: Service = {
  var limits = ServiceLimits()
  limits.requestByteCountMax = 2_048
  limits.outputByteCountMax = 65_536
  return Service(limits: limits, token: nil, host: Host())
}()

/// Held here too: as a column's values the leak checker does not recognise the pointer to it.
private let vips = Bitmap(count: count) { $0 % 2 == 0 }
private let count = 20

private let base: CustomerBase = {
  let rows = Array(0..<count)
  let segments = StringTable(["Champions", "", "华东 \"x\""])
  let frame = Frame(
    rowCount: count,
    columns: [
      Column("customer_id", .text(StringTable(rows.map { "c\($0)" }))),
      Column("last_purchase", .day(AlignedBuffer(rows.map { Int32($0 * 1_000) }))),
      Column("orders", .int32(AlignedBuffer(rows.map { Int32($0 * $0 - 9) }))),
      Column("monetary_total", .money(AlignedBuffer(rows.map { Int64($0) * 12_345 - 9_999 }))),
      Column("segment", .string(.uint8(AlignedBuffer(rows.map { UInt8($0 % 3) })), segments)),
      Column(
        "p_alive", .float32(AlignedBuffer(rows.map { Float($0) / 7 })),
        validity: Bitmap(count: count) { $0 != 1 }),
      Column("vip", .bool(vips)),
    ])
  do { return try CustomerBase(name: "s", asOf: 20_778, frame: frame) } catch {
    preconditionFailure("the table is valid: \(error)")
  }
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLine(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  // The first byte says where the stream is cut.
  let input = Array(UnsafeBufferPointer(start: bytes + 1, count: count - 1))
  let cut = Int(bytes[0]) % (input.count + 1)
  let whole = Conversation(base, service).reply(to: input)
  let client = Conversation(base, service)
  var pieces = client.reply(to: Array(input[..<cut]))
  pieces += client.reply(to: Array(input[cut...]))
  precondition(whole == pieces, "replies depend on how the bytes come")
  // Every reply is one line.
  precondition(whole.isEmpty || whole.last == 0x0A || input.first == UInt8(ascii: "*"))
  return 0
}
