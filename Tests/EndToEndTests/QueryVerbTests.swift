import Foundation
import Testing

/// `strata query`, as an analyst runs it.
@Suite struct QueryVerbTests {
  private func store(_ folder: Folder) throws -> String {
    let rows = ["a,2026-01-05,10", "b,2026-01-06,20.5", "b,2026-03-01,1", "c,2026-03-02,7"]
    try folder.write("o.csv", "customer,date,amount\n" + rows.joined(separator: "\n") + "\n")
    let path = folder.file("store")
    #expect(try Program.run(["ingest", path, folder.file("o.csv")]).status == 0)
    for day in ["2026-02-01", "2026-03-02"] {
      let run = try Program.run(["score", path, "--as-of", day, "--clv", "none"])
      #expect(run.status == 0, "\(run.errors)")
    }
    return path
  }

  @Test func theAnswerIsCSVInAPipeAndJSONWhenAsked() throws {
    let folder = try Folder()
    let path = try store(folder)
    let select = "SELECT customer_id, orders, monetary_total AS spent FROM customers ORDER BY spent"
    let csv = try Program.run(["query", path, select])
    #expect(csv.status == 0, "\(csv.errors)")
    #expect(csv.output == "customer_id,orders,spent\nc,1,7.00\na,1,10.00\nb,2,21.50\n")
    #expect(try Program.run(["query", path, select, "--csv"]).output == csv.output)
    let json = try Program.run(["query", path, select, "--json"]).json()
    #expect((json["rows"] as? [[Any]])?.count == 3)
    let columns = json["columns"] as? [[String: Any]] ?? []
    #expect(columns.map { $0["name"] as? String } == ["customer_id", "orders", "spent"])
  }

  @Test func anOlderSnapshotIsAskedByItsDateOrName() throws {
    let folder = try Folder()
    let path = try store(folder)
    for (at, count) in [
      ("", 3), (" AT '2026-02-01'", 2), (" AT '2026-02-01.1'", 2), (" AT 'latest'", 3),
    ] {
      let run = try Program.run(["query", path, "SELECT count(*) FROM customers" + at])
      #expect(run.lines.last == "\(count)", "\(at): \(run.errors)")
    }
    let missing = try Program.run([
      "query", path, "SELECT count(*) FROM customers AT '2020-01-01'",
    ])
    #expect(missing.status == 66)
    #expect(missing.errors.contains("2026-02-01.1"))
  }

  @Test func anErrorPointsAtItsPlaceAndNamesTheNearestColumn() throws {
    let folder = try Folder()
    let path = try store(folder)
    let run = try Program.run(["query", path, "SELECT monetry_total FROM customers"])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(
      run.errors == """
        strata: the query fails here:
        SELECT monetry_total FROM customers
               ^
        unknown column monetry_total; did you mean monetary_total?

        """)
    let syntax = try Program.run(["query", path, "SELECT r FROM customers WHERE"])
    #expect(syntax.status == 64)
    #expect(syntax.errors.contains("^"))
  }
}
