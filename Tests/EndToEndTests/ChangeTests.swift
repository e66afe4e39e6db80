import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Replay, diff, events, alerts, drift, history and exports for other systems, driven through the program.
@Suite(.serialized) struct ChangeTests {
  private func shop(_ folder: Folder) throws -> String {
    let store = folder.file("store")
    let ingest = try Program.run(["ingest", store, Program.data("cdnow_sample.csv")])
    #expect(ingest.status == 0, "\(ingest.errors)")
    let replay = try Program.run([
      "score", store, "--every", "3mo", "--since", "1997-06-30", "--clv", "none", "--json",
    ])
    #expect(replay.status == 0, "\(replay.errors)")
    let snapshots = try #require(replay.json()["snapshots"] as? [[String: Any]])
    #expect(
      snapshots.map { $0["snapshot"] as? String } == [
        "1997-06-30.1", "1997-09-30.1", "1997-12-30.1", "1998-03-30.1", "1998-06-30.1",
      ])
    return store
  }

  @Test func whoMovedIsReportedAndWrittenAsEvents() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let events = folder.file("events.jsonl")
    let arguments = ["diff", store, "1997-06-30", "1997-09-30", "--events", events, "--json"]
    let diff = try Program.run(
      arguments + [
        "--alert", "from = 'Champions' AND orders > 1", "--command",
        "sh -c 'echo \"$1\" >> \(folder.file("calls"))' sh",
      ])
    #expect(diff.status == 0, "\(diff.errors)")
    let report = try diff.json()
    let moved = try #require(report["moved"] as? Int)
    let new = try #require(report["new"] as? Int)
    #expect(moved > 500)
    let causes = try #require(report["causes"] as? [[String: Any]])
    #expect(causes.reduce(0) { $0 + ($1["customers"] as? Int ?? 0) } == moved)
    let text = try String(contentsOfFile: events, encoding: .utf8)
    let lines = text.split(separator: "\n")
    #expect(lines.count == moved + new)
    #expect(lines == lines.sorted { id($0) < id($1) })
    let alerts = try #require(report["alerts"] as? [[String: Any]])
    let champions = lines.count { $0.contains("\"from\":\"Champions\"") }
    #expect(champions > 0)
    #expect(alerts[0]["events"] as? Int == champions)
    #expect(alerts[0]["status"] as? Int == 0)
    let path = folder.file("events.alert-1.jsonl")
    #expect(try String(contentsOfFile: folder.file("calls"), encoding: .utf8) == path + "\n")
    // A second run repeats every byte.
    #expect(try Program.run(arguments).status == 0)
    #expect(try String(contentsOfFile: events, encoding: .utf8) == text)

    let table = try Program.run(["diff", store])
    #expect(table.status == 0)
    #expect(table.output.hasPrefix("rfm-10: 1998-03-30.1 → 1998-06-30.1\n"))
    #expect(table.output.contains("Biggest moves"))
  }

  private func id(_ line: Substring) -> Substring {
    line.components(separatedBy: "\"customer\":\"")[1][...].prefix { $0 != "\"" }
  }

  @Test func driftFailsARunAfterPublishingOrInsteadOfIt() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let score = ["score", store, "--as-of", "1998-06-29", "--clv", "none"]
    let blocked = try Program.run(score + ["--max-drift-psi", "0.001", "--drift-blocks-publish"])
    #expect(blocked.status == 3)
    #expect(blocked.errors.contains("nothing was published"))
    #expect(blocked.errors.contains("recency_days: PSI"))
    let list = try Program.run(["snapshots", store])
    #expect(!list.output.contains("1998-06-29"))
    let after = try Program.run(score + ["--max-drift-psi", "0.001"])
    #expect(after.status == 3)
    #expect(after.errors.contains("the snapshot is published"))
    #expect(try Program.run(["snapshots", store]).output.contains("1998-06-29.1"))
    let calm = try Program.run(score + ["--max-drift-psi", "90", "--max-quantile-shift", "90"])
    #expect(calm.status == 0, "\(calm.errors)")
    #expect(calm.output.contains("quantile shift"))
    let diff = try Program.run(["diff", store, "1997-06-30", "--max-drift-psi", "0.001"])
    #expect(diff.status == 3)
    #expect(diff.output.contains("Drift"))
  }

  @Test func mistakesAreNamed() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let alert = ["--events", folder.file("e"), "--command", "true", "--alert"]
    let bad = try Program.run(["diff", store] + alert + ["frm = 'x'"])
    #expect(bad.status == 64)
    #expect(bad.errors.contains("did you mean from"))
    #expect(bad.errors.hasPrefix("strata: alert alert-1: when:\n"))
    #expect(try Program.run(["diff", store, "--alert", "true"]).status == 64)
    let failing = try Program.run(
      [
        "diff", store, "1997-06-30", "--events", folder.file("e"), "--alert", "true", "--command",
        "false",
      ])
    #expect(failing.status == 69)
    #expect(failing.errors.contains("ended with status 1"))
    let absent = try Program.run(
      [
        "diff", store, "1997-06-30", "--events", folder.file("e"), "--alert", "true", "--command",
        "./no-such-program",
      ])
    #expect(absent.status == 69)
    #expect(absent.errors.contains("alert alert-1: its command was not found (status 127)"))
    let fresh = folder.file("fresh")
    #expect(try Program.run(["ingest", fresh, Program.data("cdnow_sample.csv")]).status == 0)
    let none = try Program.run(["diff", fresh])
    #expect(none.status == 66)
    #expect(none.errors.contains("no snapshot"))
    #expect(try Program.run(["history", store, "--customer", "nobody"]).status == 66)
    let unknown = try Program.run(["diff", store, "--taxonomy", "nps"])
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("rfm-10"))
  }

  @Test func oneCustomersPathIsShown() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let ids = try Program.run([
      "query", store, "SELECT customer_id FROM customers ORDER BY orders DESC LIMIT 1",
    ])
    let id = String(try #require(ids.lines.last))
    let history = try Program.run(["history", store, "--customer", id, "--json"])
    #expect(history.status == 0, "\(history.errors)")
    let steps = try #require(history.json()["history"] as? [[String: Any]])
    #expect(steps.count == 5)
    let orders = steps.compactMap { $0["orders"] as? Int }
    #expect(orders == orders.sorted() && orders.count == 5)
    let table = try Program.run(["history", store, "--customer", id])
    #expect(table.lines.count == 7)
  }

  @Test func onlyWhatChangedIsExportedForAnotherSystem() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let whole = try Program.run([
      "export", store, "--for", "hubspot", "-o", folder.file("all"), "--map", "segment", "--json",
    ])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try whole.json()["records"] as? Int == 2_357)
    #expect(try whole.json()["calls"] as? Int == 24)
    let some = try Program.run([
      "export", store, "--for", "salesforce", "-o", folder.file("some"), "--map",
      "segment=Tier__c", "--id", "customer_id=Shop_Id__c", "--changed-since", "1998-03-30",
      "--json",
    ])
    #expect(some.status == 0, "\(some.errors)")
    let diff = try Program.run(["diff", store, "--json"])
    #expect(try some.json()["records"] as? Int == diff.json()["moved"] as? Int)
    let text = try String(contentsOfFile: folder.file("some-001.csv"), encoding: .utf8)
    #expect(text.hasPrefix("Shop_Id__c,Tier__c\n"))
    let form = try Program.run(["export", store, "--for", "jiandaoyun", "-o", folder.file("j")])
    #expect(form.status == 64)
    #expect(form.errors.contains("form"))
  }

  @Test func theConfigurationNamesAlertsThresholdsAndFields() throws {
    let folder = try Folder()
    let store = folder.file("store")
    #expect(try Program.run(["ingest", store, Program.data("cdnow_sample.csv")]).status == 0)
    try folder.write(
      "store/strata.yaml",
      """
      taxonomies:
        - name: spend
          segments:
            - {name: big, when: monetary_total > 200, action: call, owner: ann}
            - {name: fresh, when: recency_days <= 60}
          otherwise: rest
      tags:
        frequent: orders >= 4
      value: {model: none}
      alerts:
        - name: new-big-ones
          when: to = 'big' AND HAS TAG 'frequent'
          command: sh -c 'cat "$1" > \(folder.file("alerted"))' sh
      drift: {psi: 0.001, on-breach: warn}
      export:
        hubspot:
          id: {customer_id: shop_id}
          fields: {segment: tier, tags: labels}

      """)
    let replay = try Program.run([
      "score", store, "--every", "month", "--since", "1998-04-30",
    ])
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(replay.errors.contains("warning"))
    let diff = try Program.run(["diff", store, "--events", folder.file("e.jsonl"), "--json"])
    #expect(diff.status == 0, "\(diff.errors)")
    #expect(diff.errors.contains("has drifted"))
    let report = try diff.json()
    #expect(report["segments"] as? [String] == ["big", "fresh", "rest"])
    let causes = try #require(report["causes"] as? [[String: Any]])
    let texts = Set(causes.compactMap { $0["cause"] as? String })
    #expect(texts.isSubset(of: ["monetary_total", "recency_days", "monetary_total, recency_days"]))
    #expect(!texts.isEmpty)
    let alerts = try #require(report["alerts"] as? [[String: Any]])
    let count = try #require(alerts[0]["events"] as? Int)
    #expect(count > 0)
    #expect(alerts[0]["file"] as? String == folder.file("e.new-big-ones.jsonl"))
    let alerted = try String(contentsOfFile: folder.file("alerted"), encoding: .utf8)
    #expect(alerted.split(separator: "\n").count == count)
    #expect(alerted.contains(#""action":"call","owner":"ann""#))
    let export = try Program.run([
      "export", store, "--for", "hubspot", "-o", folder.file("h"), "--changed-since", "1998-05-30",
      "--json",
    ])
    #expect(export.status == 0, "\(export.errors)")
    let records = try #require(export.json()["records"] as? Int)
    #expect(records > 0 && records < 2_357)
    let line = try String(contentsOfFile: folder.file("h-001.jsonl"), encoding: .utf8)
    #expect(line.hasPrefix(#"{"inputs":[{"idProperty":"shop_id","id":""#))
    #expect(line.contains(#""properties":{"tier":""#) && line.contains(#""labels":""#))
  }

  @Test func aKilledDiffLeavesTheOldEventsOrTheNew() throws {
    let folder = try Folder()
    let store = try shop(folder)
    let events = folder.file("events.jsonl")
    let arguments = ["diff", store, "1997-06-30", "1998-06-30", "--events", events]
    #expect(try Program.run(arguments).status == 0)
    let whole = try folder.bytes("events.jsonl")
    var killed = 0
    for step in 0..<8 {
      try folder.write("events.jsonl", "old\n")
      let process = try Program.start(arguments)
      usleep(useconds_t(5_000 + step * 15_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { killed += 1 }
      let found = try folder.bytes("events.jsonl")
      #expect(found == Data("old\n".utf8) || found == whole)
    }
    #expect(killed > 0)
  }
}
