import Columns
import Testing

@Suite struct ConcatenateTests {
  /// Tables of none, of empty strings, and of more than one task copies.
  @Test func manyTablesBecomeOneInTheirOrder() {
    let tables: [[String]] = [
      [], ["a", "", "bc"], [""], (0..<70_000).map { "C\($0 * 7 % 1_000)" }, [], ["ü", "z"],
    ]
    let one = StringTable(concatenating: tables.map { StringTable.Part(StringTable($0)) })
    #expect(one.count == tables.joined().count)
    #expect(one.array == Array(tables.joined()))
    #expect(StringTable(concatenating: []).count == 0)
  }

  @Test func aTableIsAppendedToAnother() {
    let (left, right) = (StringTable(["x", "yy"]), StringTable(["", "zzz"]))
    #expect(left.appending(right).array == ["x", "yy", "", "zzz"])
    #expect(StringTable([]).appending(left).array == left.array)
  }
}
