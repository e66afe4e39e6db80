import Foundation
import Testing

/// SCORE and EXPLAIN by the models of a real snapshot.
@Suite struct ScorerTests {
  private func store(_ folder: Folder, _ options: [String]) throws -> String {
    let run = try Program.run(
      [
        "run", folder.file("store"), Program.data("cdnow_sample.csv"), "-o", folder.file("s.csv"),
      ] + options)
    #expect(run.status == 0, "\(run.errors)")
    return folder.file("store")
  }

  /// Customers whose orders were each on a day of its own: their figures say all that SCORE assumes.
  private func customers(_ client: LineClient, limit: Int) throws -> [[String: Any]] {
    let reply = try client.ask(
      "SELECT customer_id FROM customers WHERE orders = purchase_days LIMIT \(limit)")
    let rows = try #require(reply["rows"] as? [[String]])
    return try rows.map { row -> [String: Any] in
      let reply = try client.ask("GET \(row[0])")
      return try #require(reply["customer"] as? [String: Any])
    }
  }

  private func score(
    _ client: LineClient, _ customer: [String: Any], changing changes: [String: Any] = [:]
  ) throws -> [String: Any] {
    let known = customer.merging(changes) { _, new in new }
    let days = DateFormatter()
    days.dateFormat = "yyyy-MM-dd"
    days.timeZone = TimeZone(secondsFromGMT: 0)
    let text = try #require(known["first_purchase"] as? String)
    let first = try #require(days.date(from: text))
    let asOf = try #require(days.date(from: "1998-06-30"))
    let recency = try #require(known["recency_days"] as? Int)
    let tenure = max(recency, Int(asOf.timeIntervalSince(first) / 86_400))
    return try client.ask(
      "SCORE recency_days=\(recency) orders=\(known["orders"]!) "
        + "monetary=\(known["monetary_total"]!) tenure_days=\(tenure)")
  }

  @Test func theFiguresOfACustomerGiveTheCustomersOwnScores() throws {
    let folder = try Folder()
    let client = try LineClient(serving: store(folder, ["--clusters", "4"]), in: folder)
    let customers = try customers(client, limit: 300)
    #expect(customers.count == 300)
    for customer in customers {
      let scored = try score(client, customer)
      for name in ["r", "f", "m", "cluster"] {
        #expect(scored[name] as? Int == customer[name] as? Int, "\(name) of \(customer)")
      }
      for name in ["rfm", "segment"] {
        #expect(scored[name] as? String == customer[name] as? String, "\(name) of \(customer)")
      }
      // Amounts are the same on every day only for those who bought once; the others' value is not compared.
      let isSingle = customer["orders"] as? Int == 1
      let values =
        ["p_alive", "expected_purchases"] + (isSingle ? ["expected_spend", "clv"] : [])
      for name in values {
        let known = try #require(customer[name] as? Double)
        let found = try #require(scored[name] as? Double)
        #expect(abs(found - known) <= 2e-6 * max(1, abs(known)), "\(name) of \(customer)")
      }
      #expect(scored["not_scored"] == nil)
    }
  }

  /// Rules of everything that a rule can ask of the whole base.
  private static let rules = """
    taxonomies:
      - name: house
        extends: rfm-10
        segments:
          - {name: Top, when: "clv >= quantile(clv, 0.95)"}
          - {name: Thousand, when: "rank(monetary_total) <= 1000"}
          - {name: Half, when: "share(monetary_total) <= 0.5 AND r >= 3"}
          - {name: Mean, when: "monetary_mean > avg(monetary_mean) AND p_alive < 0.3"}
      - rfm-8-zh
      - abc
      - lifecycle
      - value-3
    tags:
      first half: share(expected_purchases) <= 0.5
      late: recency_days > quantile(recency_days, 0.75)
      top: segment = 'Top'
    """

  @Test func everyTwentiethCustomerOfCDNOWHasTheScoreOfItsFigures() throws {
    let folder = try Folder()
    try folder.write("rules.yaml", Self.rules)
    let run = try Program.run([
      "run", folder.file("store"), Program.data("cdnow_master.csv"), "--config",
      folder.file("rules.yaml"), "--clusters", "5", "--more-horizons", "3mo,2y", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let log = try OrderLog(
      "cdnow_master.csv", customer: "customer_id", day: "date", amount: "amount")
    try expectRows(LineClient(serving: folder.file("store"), in: folder), log, every: Self.step, [])
  }

  @Test(arguments: [
    [], ["--by", "Gender", "--clv", "pnbd"], ["--monetary", "mean", "--clv", "none"],
  ])
  func everyTwentiethCustomerOfTheShopHasTheScoreOfItsFigures(_ options: [String]) throws {
    let folder = try Folder()
    let data = Program.data("electronic_sales.csv")
    let run = try Program.run(
      [
        "run", folder.file("store"), data, "--attributes", data, "--config",
        Program.repository + "/examples/electronic_sales.yaml", "--json",
      ] + options)
    #expect(run.status == 0, "\(run.errors)")
    let log = try OrderLog(
      "electronic_sales.csv", customer: "Customer ID", day: "Purchase Date", amount: "Total Price",
      where: ("Order Status", "Completed"))
    try expectRows(
      LineClient(serving: folder.file("store"), in: folder), log, every: Self.step,
      ["Age", "Gender", "loyal", "satisfaction"])
  }

  /// Every 20th customer is asked for; `STRATA_SCORE_STEP=1` asks for all (minutes in a debug build).
  private static let step =
    ProcessInfo.processInfo.environment["STRATA_SCORE_STEP"].flatMap { Int($0) } ?? 20

  /// SCORE of a customer's figures and attributes is the stored row, value for value.
  private func expectRows(
    _ client: LineClient, _ log: OrderLog, every step: Int, _ attributes: [String]
  ) throws {
    let figures = ["first_purchase", "last_purchase", "orders", "purchase_days", "monetary_total"]
    let others = Set(figures + attributes + ["customer_id", "recency_days", "monetary_mean"])
    let ids = log.firstDayTotals.keys.sorted()
    var count = 0
    for index in stride(from: 0, to: ids.count, by: step) {
      let reply = try client.ask("GET \(ids[index])")
      let customer = try #require(reply["customer"] as? [String: Any])
      var request = "SCORE first_day_total=\(log.firstDayTotals[ids[index]]!)"
      for name in figures + attributes {
        let value = customer[name] ?? ""
        request += " \(name)=\(value is NSNull ? "" : value)"
      }
      let scored = try client.ask(request)
      #expect(scored["ok"] as? Bool == true, "\(request) \(scored)")
      for (name, value) in customer where !others.contains(name) {
        let found = scored[name] ?? NSNull()
        #expect(found as? NSObject == value as? NSObject, "\(name) of \(request)")
      }
      #expect(scored["not_scored"] == nil && scored["taken_as_null"] == nil)
      count += 1
    }
    #expect(count > 300)
  }

  @Test func whatIsNotGivenIsSaid() throws {
    let folder = try Folder()
    let data = Program.data("electronic_sales.csv")
    let run = try Program.run([
      "run", folder.file("store"), data, "--attributes", data, "--config",
      Program.repository + "/examples/electronic_sales.yaml", "--by", "Gender", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let client = try LineClient(serving: folder.file("store"), in: folder)
    let figures = "SCORE recency_days=3 orders=1 monetary=3"
    let without = try client.ask(figures)
    #expect(without["r"] == nil && without["segment"] == nil && without["clv"] != nil)
    #expect((without["not_scored"] as? [String])?[0].contains("give Gender=value") == true)
    let stranger = try client.ask("\(figures) Gender=other")
    #expect((stranger["not_scored"] as? [String])?[0].contains("Gender other") == true)
    let known = try client.ask("\(figures) gender=Male age=70")
    #expect(known["segment"] as? String == "Everyone else" && known["r"] as? Int == 5)
    #expect(known["tags"] as? String == "one-off;senior")
    #expect(known["taken_as_null"] as? [String] == ["loyal", "satisfaction"])
    let wrong = try client.ask("\(figures) gender=Male age=old")
    #expect((wrong["not_scored"] as? [String])?[0].contains("Age=old is no value of type int") == true)
  }

  @Test(arguments: ["rfm-10", "value-3", "rfm-8-zh", "abc", "house"])
  func everyMoveOfAnExplanationLeadsWhereItSays(_ taxonomy: String) throws {
    let folder = try Folder()
    try folder.write(
      "rules.yaml",
      """
      taxonomies:
        - name: house
          extends: rfm-10
          segments:
            - {name: First, when: "rank(monetary_total) <= 100"}
            - {name: Half, when: "share(monetary_total) <= 0.5 AND r >= 3"}
            - {name: Often, when: "orders > quantile(orders, 0.8) AND f = 5"}
      """)
    let options =
      taxonomy == "house" ? ["--config", folder.file("rules.yaml")] : ["--taxonomy", taxonomy]
    let client = try LineClient(serving: store(folder, options + ["--clv", "none"]), in: folder)
    var directions: Set<String> = []
    var changes = 0
    for customer in try customers(client, limit: 200) where customer["orders"] as? Int != 1 {
      let explained = try client.ask("EXPLAIN \(customer["customer_id"]!)")
      let segment = try #require(explained["segment"] as? [String: Any])
      #expect(segment["name"] as? String == customer["segment"] as? String)
      #expect((segment["when"] as? String)?.isEmpty == false)
      if taxonomy == "house" {
        let asked = try #require(explained["compared_with"] as? [String: Any])
        let rank = try #require(asked["rank(monetary_total)"] as? Int)
        #expect((rank <= 100) == (customer["segment"] as? String == "First"))
        #expect(asked["share(monetary_total)"] is Double)
        #expect(asked["quantile(orders, 0.8)"] is Double)
      }
      for move in try #require(explained["moves"] as? [[String: Any]]) {
        directions.insert(move["direction"] as? String ?? "")
        let text = try #require(move["when"] as? String)
        let when = text.split(separator: " ")
        let measure = try #require(move["measure"] as? String)
        #expect(when.count == 3 && when[0] == measure)
        // One order has no days between the first and the last.
        let target: Any = measure == "monetary_total" ? String(when[2]) : Int(when[2]) ?? -1
        if measure == "orders", (target as? Int ?? 0) < 2 { continue }
        let moved = try score(client, customer, changing: [measure: target])
        #expect(moved["segment"] as? String == move["segment"] as? String, "\(move) \(customer)")
        if let name = move["score"] as? String {
          #expect(moved[name] as? Int == move["to"] as? Int, "\(move) \(customer)")
        }
        changes += move["segment"] as? String == customer["segment"] as? String ? 0 : 1
      }
    }
    #expect(directions == ["up", "down"])
    #expect(changes > 20)
  }

  @Test func whatCannotBeScoredIsNamed() throws {
    let folder = try Folder()
    let client = try LineClient(serving: store(folder, ["--clv", "ridge"]), in: folder)
    let reply = try client.ask("SCORE recency_days=5 orders=2 monetary=10 tenure_days=9")
    #expect(reply["ok"] as? Bool == true)
    #expect(reply["segment"] as? String == "Loyal" || reply["r"] as? Int == 5)
    #expect(reply["clv"] == nil)
    #expect((reply["not_scored"] as? [String])?.count == 1)
  }

  @Test func ownRulesComeBeforeThePresetAndThoseThatNeedEverybodyAreNamed() throws {
    let folder = try Folder()
    try folder.write(
      "strata.yaml",
      """
      taxonomies:
        - name: house
          extends: rfm-10
          segments:
            - name: Whales
              when: "monetary_total >= 500"
            - name: Regulars
              when: "orders >= 4 AND r >= 3"
      """)
    let client = try LineClient(
      serving: store(folder, ["--config", folder.file("strata.yaml"), "--clv", "none"]),
      in: folder)
    for customer in try customers(client, limit: 200) {
      let scored = try score(client, customer)
      #expect(scored["segment"] as? String == customer["segment"] as? String, "\(customer)")
    }
    let segments = try client.ask("SEGMENTS")["segments"] as? [String: Int] ?? [:]
    #expect(segments["Whales", default: 0] > 0 && segments["Regulars", default: 0] > 0)
  }
}

/// What of a log of data/ its customers' rows do not say: the total of each one's first purchase day.
private struct OrderLog {
  private(set) var firstDayTotals: [String: Decimal] = [:]

  init(
    _ name: String, customer: String, day: String, amount: String,
    where condition: (column: String, value: String)? = nil
  ) throws {
    let text = try String(contentsOfFile: Program.data(name), encoding: .utf8)
    let rows = text.split(whereSeparator: \.isNewline).map { OrderLog.fields($0) }
    func place(_ column: String) throws -> Int { try #require(rows[0].firstIndex(of: column)) }
    let (id, date, sum) = (try place(customer), try place(day), try place(amount))
    let filter = try condition.map { (try place($0.column), $0.value) }
    var first: [String: String] = [:]
    for row in rows.dropFirst() {
      if let filter, row[filter.0] != filter.1 { continue }
      let value = try #require(Decimal(string: row[sum]))
      if let known = first[row[id]], known < row[date] { continue }
      let isSameDay = first[row[id]] == row[date]
      firstDayTotals[row[id]] = (isSameDay ? firstDayTotals[row[id]]! : 0) + value
      first[row[id]] = row[date]
    }
  }

  /// The fields of a line, without the quotes around some.
  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
