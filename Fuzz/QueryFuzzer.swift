// A libFuzzer target: any bytes as the text of a query and of a rule, parsed, bound and run on a small table.
// Built by Fuzz/fuzz.sh against the modules' debug objects; every trap and every leak is a finding.

import Columns
import Expressions

/// A table with every type of column, nulls, an empty dictionary entry and two tags.
private let source: QuerySource = {
  let count = 100
  func valid(_ step: Int) -> Bitmap { Bitmap(count: count) { $0 % step != 0 } }
  let regions = AlignedBuffer<UInt8>(count: count) { for i in 0..<count { $0[i] = UInt8(i % 3) } }
  let frame = Frame(
    rowCount: count,
    columns: [
      Column("customer_id", .text(StringTable((0..<count).map { "c\($0 % 90)" }))),
      Column("r", .uint8(AlignedBuffer((0..<count).map { UInt8($0 % 5 + 1) }))),
      Column(
        "i", .int32(AlignedBuffer((0..<count).map { Int32($0 * $0 - 999) })), validity: valid(7)),
      Column("big", .int64(AlignedBuffer((0..<count).map { $0 == 5 ? .min : .max - Int64($0) }))),
      Column("m", .money(AlignedBuffer((0..<count).map { Int64($0) * 12_345 - 99_999 }))),
      Column(
        "x", .float64(AlignedBuffer((0..<count).map { $0 == 9 ? .nan : Double($0) / 3 })),
        validity: valid(5)),
      Column("p", .float32(AlignedBuffer((0..<count).map { Float($0) / 100 }))),
      Column("d", .day(AlignedBuffer((0..<count).map { Int32(20_000 + $0) })), validity: valid(11)),
      Column("b", .bool(valid(2)), validity: valid(3)),
      Column(
        "region", .string(.uint8(regions), StringTable(["EU", "", "华东"])), validity: valid(4)),
      Column(
        "nothing", .string(.uint8(AlignedBuffer(repeating: 0, count: count)), StringTable([])),
        validity: Bitmap(repeating: false, count: count)),
    ])
  return QuerySource(frame: frame, tags: [("vip", valid(2)), ("new", valid(9))])
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzQuery(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  let control = QueryControl(timeoutSeconds: 2, rowCountMax: 1_000)
  do {
    let result = try Query.parse(text).run(on: source, control)
    _ = result.csv.count + result.jsonObjects.count + result.tableText.utf8.count
  } catch {
    _ = error.rendered(in: text).utf8.count
  }
  do {
    let rule = try source.bind(try Expression.parse(text), as: .rule, control)
    if rule.type == .bool { _ = try rule.bitmap(control) }
    _ = try rule.column(named: "value", control)
  } catch {
    _ = error.rendered(in: text).utf8.count
  }
  return 0
}
