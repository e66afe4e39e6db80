import Columns
import Pipeline
import Testing

@Suite struct TimeSpanTests {
  @Test func spansAreReadWithTheirUnits() {
    #expect(TimeSpan("365d")?.days == 365)
    #expect(TimeSpan("26w")?.wholeDays == 182)
    #expect(TimeSpan("12mo")?.days == 365.25)
    #expect(TimeSpan("1.5 years")?.days == 547.875)
    #expect(TimeSpan("12mo")?.text == "12mo")
  }

  @Test(arguments: ["", "12", "mo", "-1d", "0d", "1e3d", "5 fortnights", "9999y"])
  func whatIsNoSpanIsRefused(_ text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test func sizesAreReadInPowersOf1024() {
    #expect(byteCount(parsing: "512M") == 512 << 20)
    #expect(byteCount(parsing: "1.5GiB") == 3 << 29)
    #expect(byteCount(parsing: "1000") == 1_000)
    #expect(byteCount(parsing: "-1") == nil)
    #expect(byteCount(parsing: "9999999T") == nil)
  }
}
