import Foundation
import Testing

/// Customers who are known by their attributes only, and what a taxonomy says of its segments, over the socket.
@Suite struct ProspectServingTests {
  private func serve(_ folder: Folder, _ options: [String]) throws -> LineClient {
    let store = folder.file("store")
    let log = try folder.write(
      "orders.csv", "customer,date,amount\na,2026-01-05,50\na,2026-02-05,70\nb,2026-01-02,20\n")
    let list = try folder.write("people.csv", "cid,region,age\na,EU,30\np1,US,40\np2,EU,\n")
    for arguments in [
      ["ingest", store, log], ["ingest", store, list, "--customers", "--id", "cid"],
      ["score", store, "--as-of", "2026-03-01", "--clv", "none"] + options,
    ] {
      let step = try Program.run(arguments)
      try #require(step.status == 0, "\(step.errors)")
    }
    return try LineClient(serving: store, in: folder)
  }

  @Test func aProspectIsACustomerWithoutScores() throws {
    let folder = try Folder()
    let client = try serve(folder, [])
    let profile = try #require(try client.ask("GET p1")["customer"] as? [String: Any])
    #expect(profile["orders"] as? Int == 0 && profile["recency_days"] is NSNull)
    #expect(profile["segment"] as? String == "Prospect" && profile["region"] as? String == "US")
    let page = try client.ask("SEGMENT Prospect")
    #expect(page["ids"] as? [String] == ["p1", "p2"] && page["cursor"] is NSNull)
    #expect(try client.ask("COUNT WHERE orders = 0 AND r IS NULL")["count"] as? Int == 2)
    let explained = try client.ask("EXPLAIN p2")
    #expect(explained["not_scored"] as? [String] == ["no transactions by 2026-03-01"])
    let segment = try #require(explained["segment"] as? [String: Any])
    #expect(segment["name"] as? String == "Prospect")
  }

  @Test func whatATaxonomySaysOfItsSegmentsReachesTheSocket() throws {
    let folder = try Folder()
    try folder.write(
      "strata.yaml",
      """
      taxonomies:
        - name: care
          segments:
            - name: Key
              label: spends much
              when: monetary_total >= 100
              action: call
              owner: team A
              channel: phone
              colour: '#c0392b'
          otherwise: {name: Rest, action: newsletter}
      """)
    let client = try serve(folder, ["--config", folder.file("strata.yaml")])
    let segments = try #require(
      try client.ask("SEGMENTS DETAILS")["segments"] as? [String: [String: Any]])
    #expect(segments["Key"]?["count"] as? Int == 1 && segments["Rest"]?["count"] as? Int == 3)
    #expect(segments["Rest"]?["action"] as? String == "newsletter")
    let explained = try client.ask("EXPLAIN a")
    let segment = try #require(explained["segment"] as? [String: Any])
    for said in [segment, segments["Key"] ?? [:]] {
      for (name, text) in [
        ("label", "spends much"), ("when", "monetary_total >= 100"), ("action", "call"),
        ("owner", "team A"), ("channel", "phone"), ("colour", "#c0392b"),
      ] {
        #expect(said[name] as? String == text, "\(name) of \(said)")
      }
    }
  }
}
