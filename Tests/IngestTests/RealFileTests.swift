import Columns
import Ingest
import Testing

/// The files in data/. Expected figures: Python's csv module and Decimal.
@Suite struct RealFileTests {
  static let data = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/data/"

  @Test(arguments: [true, false])
  func cdnowHasItsKnownRowsCustomersDaysAndTotal(usesKernel: Bool) throws {
    let options = allowing {
      $0.tuning.partitionCount = 16
      $0.tuning.usesPlainKernel = usesKernel
    }
    let result = try ingestAll([Self.data + "cdnow_master.csv"], options)
    #expect(result.rows.count == 69_659)
    #expect(result.table.customerCount == 23_570)
    #expect(result.report.rowsRead == 69_659 && result.report.rowsRejected == 0)
    #expect(purchaseDays(result) == 67_591)
    #expect(Money.text(result.rows.reduce(0) { $0 + $1.amount }) == "2500315.63")
    #expect(result.report.files[0].customerColumn == "customer_id")
    #expect(result.report.files[0].amountColumn == "amount")
    #expect(Day.text(result.report.firstDay!) == "1997-01-01")
    #expect(Day.text(result.report.lastDay!) == "1998-06-30")
    #expect(result.rows == result.rows.sorted())
  }

  @Test func electronicSalesAreReadWithTheirQuotedFields() throws {
    let path = Self.data + "electronic_sales.csv"
    let result = try ingestAll([path], IngestOptions())
    #expect(result.rows.count == 20_000)
    #expect(result.table.customerCount == 12_136)
    #expect(purchaseDays(result) == 19_967)
    #expect(Money.text(result.rows.reduce(0) { $0 + $1.amount }) == "63602668.37")
    #expect(result.report.files[0].customerColumn == "Customer ID")
    #expect(result.report.files[0].dateColumn == "Purchase Date")
    #expect(result.report.files[0].amountColumn == "Total Price")
  }

  private func purchaseDays(_ result: Ingested) -> Int {
    var count = 0
    for i in result.rows.indices
    where i == 0 || result.rows[i].customer != result.rows[i - 1].customer
      || result.rows[i].day != result.rows[i - 1].day
    { count += 1 }
    return count
  }
}
