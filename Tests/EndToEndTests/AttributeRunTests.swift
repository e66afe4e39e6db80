import Foundation
import Testing

/// Attributes of customers, driven through the program.
@Suite struct AttributeRunTests {
  private let orders = "customer,date,amount\na,2024-01-05,10\na,2024-02-05,30\nb,2024-01-07,20\n"
  private let customers = "id;Age;Region;Member\na;31;north;yes\nb;;south;no\nzed;50;north;yes\n"

  @Test func attributesReachExportsAndQueries() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let log = try folder.write("orders.csv", orders)
    let list = try folder.write("customers.csv", customers)
    #expect(try Program.run(["ingest", store, log]).status == 0)
    let ingest = try Program.run(["ingest", store, list, "--customers", "--rename", "Age=years"])
    #expect(ingest.status == 0, "\(ingest.errors)")
    #expect(ingest.output.contains("3 customers, 1 of them new"))
    #expect(ingest.output.contains("years"))
    #expect(ingest.output.contains("int (inferred)"))
    #expect(ingest.output.contains("31 to 50"))
    #expect(ingest.output.contains("mostly north (66.7%)"))
    let score = try Program.run(["score", store, "--by", "region", "--clusters", "none"])
    #expect(score.status == 0, "\(score.errors)")
    #expect(score.output.contains("Prospect"))
    let export = try Program.run([
      "export", store, "--columns", "customer_id,orders,recency_days,segment,years,Region,Member",
    ])
    try #require(export.status == 0, "\(export.errors)")
    try #require(export.lines.count == 4)
    #expect(export.lines[0] == "customer_id,orders,recency_days,segment,years,Region,Member")
    #expect(export.lines[1].hasSuffix(",31,north,true"))
    #expect(export.lines[2].hasSuffix(",,south,false"))
    #expect(export.lines[3] == "zed,0,,Prospect,50,north,true")
    let query = try Program.run([
      "query", store,
      "SELECT Region, count(*), sum(orders), avg(years) FROM customers WHERE Member GROUP BY Region",
    ])
    #expect(query.status == 0, "\(query.errors)")
    #expect(query.lines.last == "north,2,2,40.5")
    let jsonl = try Program.run(["export", store, "--format", "jsonl"])
    #expect(jsonl.output.contains("\"clv\":null"))
    #expect(try Program.run(["verify", store]).status == 0)
  }

  @Test func aRunTakesOrdersAndAttributesInOneStep() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let log = try folder.write("orders.csv", orders)
    let list = try folder.write("customers.csv", customers)
    let run = try Program.run([
      "run", store, log, "--attributes", list, "--json", "-o", folder.file("scores.csv"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["customers"] as? Int == 3)
    let attributes = try #require(report["attributes"] as? [String: Any])
    #expect(attributes["newCustomers"] as? Int == 1)
    let columns = try #require(attributes["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["Age", "Region", "Member"])
    #expect(columns.map { $0["type"] as? String } == ["int", "category", "bool"])
    let lines = try String(contentsOfFile: folder.file("scores.csv"), encoding: .utf8)
      .split(separator: "\n")
    try #require(lines.count == 4)
    #expect(lines[0].hasSuffix(",Age,Region,Member"))
  }

  @Test func rejectsAndRepeatsAreToldFromStandardInput() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let arguments = [
      "ingest", store, "-", "--customers", "--id", "who", "--type", "age=int", "--max-rejects",
      "50%", "--rejects", folder.file("rejects.csv"), "--json",
    ]
    let text = "who,age\na,1\nb,one\na,2\n"
    let run = try Program.run(arguments, input: text)
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(run.json()["attributes"] as? [String: Any])
    #expect(report["rows"] as? Int == 3)
    #expect(report["accepted"] as? Int == 2)
    #expect(report["rejected"] as? Int == 1)
    #expect(report["repeatedCustomers"] as? Int == 1)
    let column = try #require((report["columns"] as? [[String: Any]])?.first)
    #expect(column["rejects"] as? Int == 1)
    #expect(column["conflicts"] as? Int == 1)
    let rejects = try String(contentsOfFile: folder.file("rejects.csv"), encoding: .utf8)
    #expect(rejects.contains("not a whole number: 'one'"))
    let again = try Program.run(arguments, input: text)
    #expect(again.status == 65)
    #expect(again.errors.contains("--again"))
    #expect(try Program.run(arguments + ["--again"], input: text).status == 0)
  }

  @Test func slipsAreExplained() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let list = try folder.write("c.csv", "id,clv\na,1\n")
    let taken = try Program.run(["ingest", store, list, "--customers"])
    #expect(taken.status == 65)
    #expect(taken.errors.contains("--rename 'clv=NAME'"))
    let types = try Program.run(["ingest", store, list, "--customers", "--type", "x=money"])
    #expect(types.status == 64)
    let stray = try Program.run(["ingest", store, list, "--id", "id"])
    #expect(stray.status == 64)
    #expect(stray.errors.contains("--customers"))
    let amount = try Program.run(["ingest", store, list, "--customers", "--amount", "clv"])
    #expect(amount.status == 64)
  }

  @Test func salesGiveAttributesToo() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let sales = Program.data("electronic_sales.csv")
    let orders = try Program.run([
      "ingest", store, sales, "--where-column", "Order Status=Completed", "--max-rejects", "1%",
    ])
    #expect(orders.status == 0, "\(orders.errors)")
    let run = try Program.run([
      "ingest", store, sales, "--customers", "--keep", "Age", "--keep", "Gender", "--keep",
      "Loyalty Member", "--rename", "Loyalty Member=loyal", "--null", "#N/A", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(run.json()["attributes"] as? [String: Any])
    #expect(report["rows"] as? Int == 20_000)
    let columns = try #require(report["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["Age", "Gender", "loyal"])
    #expect(columns.map { $0["type"] as? String } == ["int", "category", "bool"])
    #expect(columns[1]["distinct"] as? Int == 2)
    let score = try Program.run([
      "score", store, "--clv", "none", "--clusters", "3", "--cluster-features",
      "recency_days,monetary_total,Age",
    ])
    #expect(score.status == 0, "\(score.errors)")
    let query = try Program.run([
      "query", store, "SELECT Gender, count(*) FROM customers WHERE loyal GROUP BY Gender",
    ])
    #expect(query.status == 0, "\(query.errors)")
    #expect(query.lines.count >= 3)
  }
}
