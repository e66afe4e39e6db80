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

  @Test(arguments: ["rfm-10", "value-3", "rfm-8-zh"])
  func everyMoveOfAnExplanationLeadsWhereItSays(_ taxonomy: String) throws {
    let folder = try Folder()
    let client = try LineClient(
      serving: store(folder, ["--taxonomy", taxonomy, "--clv", "none"]), in: folder)
    var directions: Set<String> = []
    var changes = 0
    for customer in try customers(client, limit: 200) where customer["orders"] as? Int != 1 {
      let explained = try client.ask("EXPLAIN \(customer["customer_id"]!)")
      let segment = try #require(explained["segment"] as? [String: Any])
      #expect(segment["name"] as? String == customer["segment"] as? String)
      #expect((segment["when"] as? String)?.isEmpty == false)
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
