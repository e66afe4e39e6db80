import Columns
import Ingest
import Testing

@Suite struct FieldTests {
  /// The days that a file gives for some dates, nil for a reject.
  private func days(_ dates: [String], _ format: String = "auto") throws -> [String?] {
    var text = "customer,date,amount\n"
    for (i, date) in dates.enumerated() {
      text += "\(String(repeating: "0", count: 3 - String(i).count))\(i),\"\(date)\",1\n"
    }
    let format = try DateFormat(format)
    let result = try ingestText(text, allowing { $0.dateFormat = format })
    var found = [String?](repeating: nil, count: dates.count)
    for row in result.rows {
      found[Int(String(decoding: row.customer, as: UTF8.self))!] = Day.text(row.day)
    }
    #expect(result.rejects.allSatisfy { $0.column == "date" })
    return found
  }

  /// The amounts that a file gives, nil for a reject.
  private func amounts(
    _ texts: [String], _ format: AmountFormat = AmountFormat()
  ) throws -> [String?] {
    var text = "customer|date|amount\n"
    for (i, amount) in texts.enumerated() {
      text += "\(String(repeating: "0", count: 3 - String(i).count))\(i)|2024-01-05|\(amount)\n"
    }
    let result = try ingestText(text, allowing { $0.amountFormat = format })
    var found = [String?](repeating: nil, count: texts.count)
    for row in result.rows {
      found[Int(String(decoding: row.customer, as: UTF8.self))!] = Money.text(row.amount)
    }
    #expect(result.rejects.allSatisfy { $0.column == "amount" })
    return found
  }

  @Test func datesWithTheYearFirstNeedNotBeTold() throws {
    let good = [
      "2024-03-05", " 2024-03-05 ", "2024/3/5", "2024.03.05", "20240305", "2024-03-05T23:59:59Z",
      "2024-03-05 08:30", "2024-03-05T08:30:00.123+02:00", "2024-03-05 08:30:00 UTC",
      "2024-03-05 9:30:15 PM", "20240305T120000".replacingTime, "2024-03-05T08:30-0330",
    ]
    #expect(try days(good) == good.map { _ in "2024-03-05" })
    let bad = [
      "", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01",
      "2024-03-05x", "2024-03-05T", "2024-03-05 25:00", "2024-03-05T08:61", "2024-3", "20240230",
      "202403051", "2024-03/05", "24-03-05", "nope", "2024-03-05T08:30+99:00",
    ]
    #expect(try days(bad) == bad.map { _ in nil })
    #expect(
      try days(["2024-02-29", "1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"]) == [
        "2024-02-29", "1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31",
      ])
  }

  @Test func dayOrMonthFirstIsReadWhenTold() throws {
    #expect(
      try days(["05/03/2024", "5.3.2024", "13/01/2024", "01/13/2024"], "DD/MM/YYYY") == [
        "2024-03-05", "2024-03-05", "2024-01-13", nil,
      ])
    #expect(
      try days(["05/03/2024 10:00", "01-13-2024", "13/01/2024"], "mm/dd/yyyy") == [
        "2024-05-03", "2024-01-13", nil,
      ])
  }

  @Test func dayAndMonthAreToldApartWhenTheFileProvesIt() throws {
    #expect(try days(["05/03/2024", "25/03/2024"]) == ["2024-03-05", "2024-03-25"])
    #expect(try days(["05/03/2024", "03/25/2024"]) == ["2024-05-03", "2024-03-25"])
    let report = try ingestText("customer,date,amount\na,05/03/2024,1\na,25/03/2024,1\n").report
    #expect(report.files[0].dayMonthOrder == .dayFirst)
  }

  @Test func aProofFarDownTheFileCounts() throws {
    var text = "customer,date,amount\n"
    for i in 0..<40_000 { text += "c\(i),0\(1 + i % 9)/03/2024,1\n" }
    text += "last,03/31/2024,1\n"
    let result = try ingestText(text)
    #expect(result.report.files[0].dayMonthOrder == .monthFirst)
    #expect(result.rejects.isEmpty)
  }

  @Test func datesThatCouldBeEitherAreRefused() throws {
    let error = #expect(throws: IngestError.self) { try days(["05/03/2024", "01/02/2024"]) }
    #expect(error?.category == .badData && error?.line == 2 && error?.column == "date")
    #expect(error?.advice?.contains("--date-format") == true)
    let both = #expect(throws: IngestError.self) { try days(["25/03/2024", "01/31/2024"]) }
    #expect(both?.problem.contains("some the month") == true)
  }

  @Test func epochsAreReadWhenTold() throws {
    #expect(
      try days(["0", "86399", "86400", "-1", "1709596800.5", "x", "99999999999999"], "epoch") == [
        "1970-01-01", "1970-01-01", "1970-01-02", "1969-12-31", "2024-03-05", nil, nil,
      ])
    #expect(try days(["1709596800000", "-1"], "epoch-ms") == ["2024-03-05", "1969-12-31"])
  }

  @Test func patternsAreReadWhenTold() throws {
    #expect(try days(["05.03.2024 08:30", "05.03.24"], "%d.%m.%Y %H:%M") == ["2024-03-05", nil])
    #expect(
      try days(["5 Mar 2024", "05 march 2024", "5 Mxx 2024"], "%d %b %Y") == [
        "2024-03-05", "2024-03-05", nil,
      ])
    #expect(try days(["05032024", "5032024"], "DDMMYYYY") == ["2024-03-05", nil])
    #expect(
      try days(["2024-03-05 08:30:15", "2024-03-05"], "YYYY-MM-DD HH:mm:ss") == ["2024-03-05", nil])
    #expect(try days(["03/05/68", "03/05/69"], "%m/%d/%y") == ["2068-03-05", "1969-03-05"])
    for wrong in ["%Y-%m", "YYYY-MM", "%q", "%Y %Y %m %d", "", "%"] {
      #expect(throws: IngestError.self) { try DateFormat(wrong) }
    }
  }

  @Test func amountsAreReadAsTheyAreWritten() throws {
    let cases: [(String, String?)] = [
      ("12", "12.00"), ("12.5", "12.50"), ("12.50", "12.50"), ("0.1234", "0.1234"),
      ("-3.25", "-3.25"),
      ("+3", "3.00"), (".5", "0.50"), ("5.", "5.00"), (" 7 ", "7.00"), ("(4.20)", "-4.20"),
      ("$5", "5.00"),
      ("-$5", "-5.00"), ("$-5", "-5.00"), ("€5.10", "5.10"), ("£ 5", "5.00"), ("¥500", "500.00"),
      ("5.10 €", "5.10"), ("5$", "5.00"), ("1e3", "1000.00"), ("1.5E-2", "0.015"),
      ("1e+05", "100000.00"),
      ("00012.00", "12.00"), ("−2", "-2.00"), ("(-1.5)", "-1.50"), ("(−1.5)", "-1.50"),
      ("($-1.5)", "-1.50"), ("(+1.5)", "-1.50"),
      ("", nil), ("nan", nil), ("NaN", nil), ("inf", nil), ("-Infinity", nil), ("1e400", nil),
      ("922337203685477.5808", nil), ("99999999999999999999", nil), ("1,000.00", nil),
      ("1 000", nil),
      ("--5", nil), ("5-", nil), ("1.2.3", nil), ("$", nil), ("()", nil), ("-", nil), (".", nil),
      ("1e", nil), ("e5", nil), ("0x10", nil), ("5 €€", nil), ("1e-400", "0.00"), ("abc", nil),
    ]
    #expect(try amounts(cases.map(\.0)) == cases.map(\.1))
    // By itself, because amounts must add up within the range too.
    #expect(try amounts(["922337203685477.5807"]) == ["922337203685477.5807"])
  }

  @Test func decimalCommasAndThousandsAreReadWhenTold() throws {
    let german = AmountFormat(decimal: 0x2C, thousands: 0x2E)
    #expect(
      try amounts(["1.234,50", "12,5", "1.234.567", "1.23,0", "12.5", "1,2,3", "1234,5"], german)
        == [
          "1234.50", "12.50", "1234567.00", nil, nil, nil, "1234.50",
        ])
    let english = AmountFormat(thousands: 0x2C)
    #expect(
      try amounts(["1,234.50", "$1,234,567.891", "12,34", ",123", "1,234,", "1234"], english) == [
        "1234.50", "1234567.891", nil, nil, nil, "1234.00",
      ])
    #expect(try amounts(["1'234.5"], AmountFormat(thousands: 0x27)) == ["1234.50"])
  }
}

extension String {
  /// `20240305T120000` has no colons, which no time is taken without: written with them.
  fileprivate var replacingTime: String { String(prefix(9)) + "12:00:00" }
}
