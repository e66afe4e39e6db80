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

  @Test func controlCharactersDoNotBreakATable() {
    var table = TextTable(columns: [.left("a\tb"), .right("n")])
    table.append(["l1\nl2", "1"])
    table.append(["\r\n", "2"])
    table.append(["red\u{1b}[31m", "3"])
    table.append(["\u{202e}é日", "4"])
    #expect(
      table.text == #"""
        a\tb           n
        ─────────────  ─
        l1\nl2         1
        \r\n           2
        red\u{1b}[31m  3
        \u{202e}é日    4

        """#)
    #expect(visibleText("重要价值 – é") == "重要价值 – é")
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
