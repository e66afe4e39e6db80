import Reports
import Testing

@Suite struct ReportsTests {
  @Test func columnsAlignAlsoWithWideCharacters() {
    var table = TextTable(columns: [.left("segment"), .right("n"), .left("bar")])
    table.append(["重要价值", "7", "█"])
    table.append(["At Risk", "1,234", ""])
    table.append(["all", "1,241", ""])
    table.hasTotalRow = true
    #expect(
      table.text == """
        segment       n  bar
        ────────  ─────  ───
        重要价值      7  █
        At Risk   1,234
        ────────  ─────  ───
        all       1,241

        """)
  }

  @Test func numbersAreGroupedAndRounded() {
    #expect(groupedText(1_234_567) == "1,234,567")
    #expect(groupedText(-999) == "-999")
    #expect(groupedText(.min) == "-9,223,372,036,854,775,808")
    #expect(fixedText(1234.565, decimals: 2) == "1,234.57")
    #expect(fixedText(-0.004, decimals: 2) == "0.00")
    #expect(fixedText(0.05, decimals: 2) == "0.05")
    #expect(fixedText(.nan, decimals: 2) == "–")
    #expect(percentText(0.1234) == "12.3%")
    #expect(byteCountText(1_536) == "1.5 KiB")
    #expect(durationText(125) == "2 min 05 s")
    #expect(barText(0.5, width: 3) == "█▌")
  }
}
