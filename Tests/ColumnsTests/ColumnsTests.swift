import Columns
import Testing

@Suite struct ColumnsTests {
  @Test func aBufferIsAlignedAndHoldsWhatItWasGiven() {
    for count in 0...65 {
      let buffer = AlignedBuffer<Int32>(count: count) { for i in $0.indices { $0[i] = Int32(i) } }
      #expect(Int(bitPattern: buffer.pointer.baseAddress!) % 64 == 0)
      #expect(buffer.array == (0..<Int32(count)).map { $0 })
      #expect(buffer.span.count == count)
    }
  }

  @Test func aBitmapCountsItsOnes() {
    for count in 0...130 {
      let bitmap = Bitmap(count: count) { $0 % 3 == 0 }
      #expect(bitmap.oneCount == (count + 2) / 3)
      #expect(Bitmap(repeating: true, count: count).oneCount == count)
      for i in 0..<count { #expect(bitmap[i] == (i % 3 == 0)) }
    }
  }

  @Test func stringTablesKeepTheirStrings() {
    let table = StringTable(["", "a", "日本", ""])
    #expect(table.array == ["", "a", "日本", ""])
    #expect(table.firstIndex(of: "日本") == 2)
    #expect(table.firstIndex(of: "b") == nil)
  }

  @Test func daysConvertBothWaysOverFourCenturies() {
    for day in stride(from: Int32(-80_000), through: 80_000, by: 1) {
      let date = Day.civil(day)
      #expect(Day.number(year: date.year, month: date.month, day: date.day) == day)
    }
    #expect(Day.text(0) == "1970-01-01")
    #expect(Day.parse("2024-02-29") == 19_782)
    #expect(Day.parse("2023-02-29") == nil)
    #expect(Day.parse("2023-2-01") == nil)
  }

  @Test func moneyIsWrittenExactly() {
    #expect(Money.text(123_000) == "12.30")
    #expect(Money.text(1) == "0.0001")
    #expect(Money.text(-50_000) == "-5.00")
    #expect(Money.text(.min) == "-922337203685477.5808")
  }

  @Test func aFrameFindsItsColumns() {
    var frame = Frame(rowCount: 2)
    frame.append(Column("a", .int8(AlignedBuffer([1, 2]))))
    frame.append(Column("b", .text(StringTable(["x", "y"])), validity: Bitmap([true, false])))
    #expect(frame["b"]?.nullCount == 1)
    #expect(frame["c"] == nil)
    #expect(frame.names == ["a", "b"])
  }
}
