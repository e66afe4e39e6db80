import Foundation
import Testing

/// `strata.yaml` from init over check to score, export and query.
@Suite struct ConfigurationFileTests {
  private static let log = """
    customer,date,amount,region
    a,2026-01-05,100,EU
    a,2026-02-05,120,EU
    a,2026-03-01,90,EU
    b,2026-01-10,40,UK
    b,2026-01-20,10,UK
    c,2026-02-20,500,EU
    d,2025-06-01,15,US
    e,2026-02-27,60,UK
    f,2025-11-11,900,US
    """

  /// A folder with a store of the log, and a configuration in it.
  private func store(_ yaml: String? = nil) throws -> Folder {
    let folder = try Folder()
    let log = try folder.write("log.csv", ConfigurationFileTests.log)
    let ingest = try Program.run(["ingest", folder.file("shop"), log, "--keep", "region"])
    #expect(ingest.status == 0, "\(ingest.errors)")
    if let yaml { try folder.write("shop/strata.yaml", yaml) }
    return folder
  }

  private static let yaml = """
    value: {model: none}
    rfm: {bins: 3}
    taxonomies:
      - name: value
        segments:
          - {name: Big, label: 大客户, when: monetary_total >= 500, action: call, owner: Ada}
          - {name: Often, when: purchase_days >= 2}
        otherwise: Rest
      - lifecycle
    tags:
      recent: recency_days <= 10
      big: segment = 'Big'
    """

  @Test func aStoreIsInitialisedCheckedAndScored() throws {
    let folder = try Folder()
    let shop = folder.file("shop")
    #expect(try Program.run(["init", shop]).status == 0)
    let again = try Program.run(["init", shop])
    #expect(again.status == 73 && again.errors.contains("--force"))
    #expect(try Program.run(["init", shop, "--force"]).status == 0)
    let empty = try Program.run(["check", shop])
    #expect(empty.status == 0 && empty.output.contains("no transactions yet"))
    let log = try folder.write("log.csv", ConfigurationFileTests.log)
    let run = try Program.run(["run", shop, log, "--clv", "none"])
    #expect(run.status == 0, "\(run.errors)")
    let check = try Program.run(["check", shop])
    #expect(check.status == 0, "\(check.errors)")
    #expect(check.output.contains("0 errors"))
    let query = try Program.run([
      "query", shop, "SELECT customer_id, lifecycle, tags FROM customers ORDER BY customer_id",
    ])
    #expect(
      query.lines == [
        "customer_id,lifecycle,tags", "a,Active,", "b,Dormant,", "c,New,one-off",
        "d,Lost,one-off", "e,New,one-off", "f,Dormant,one-off;big spender",
      ])
    #expect(try Program.run(["verify", shop]).status == 0)
  }

  @Test func taxonomiesAndTagsReachQueriesExportsAndTheRecord() throws {
    let folder = try store(ConfigurationFileTests.yaml)
    let shop = folder.file("shop")
    let score = try Program.run(["score", shop])
    #expect(score.status == 0, "\(score.errors)")
    #expect(score.output.contains("Big") && score.output.contains("大客户"))
    let export = try Program.run([
      "export", shop, "--columns", "customer_id,segment,lifecycle,tags",
    ])
    #expect(
      export.lines == [
        "customer_id,segment,lifecycle,tags", "a,Often,Active,recent", "b,Often,Dormant,",
        "c,Big,New,recent;big", "d,Rest,Lost,", "e,Rest,New,recent", "f,Big,Dormant,big",
      ])
    let acting = try Program.run([
      "export", shop, "--columns", "customer_id,segment_label,segment_action", "--segment", "Big",
    ])
    #expect(
      acting.lines == ["customer_id,segment_label,segment_action", "c,大客户,call", "f,大客户,call"])
    let owners = try Program.run([
      "query", shop,
      "SELECT segment_owner, count(*) AS n FROM customers GROUP BY segment_owner ORDER BY n",
    ])
    #expect(owners.lines == ["segment_owner,n", "Ada,2", ",4"])
    let tagged = try Program.run([
      "query", shop, "SELECT customer_id FROM customers WHERE HAS TAG 'recent' AND r = 3",
    ])
    #expect(tagged.lines.first == "customer_id" && tagged.lines.contains("e"))
    #expect(!tagged.lines.contains("f"))
    let unknown = try Program.run([
      "query", shop, "SELECT count(*) FROM customers WHERE HAS TAG 'recnt'",
    ])
    #expect(unknown.status == 64 && unknown.errors.contains("did you mean recent?"))
    let record = try #require(
      JSONSerialization.jsonObject(
        with: folder.bytes("shop/snapshots/2026-03-01.1/snapshot.json")) as? [String: Any])
    let taxonomies = try #require(record["taxonomies"] as? [[String: Any]])
    #expect(taxonomies.map { $0["name"] as? String } == ["value", "lifecycle"])
    #expect(taxonomies.map { $0["column"] as? String } == ["segment", "lifecycle"])
    #expect(taxonomies[0]["otherwise"] as? String == "Rest")
    let segments = try #require(taxonomies[0]["segments"] as? [[String: Any]])
    #expect(segments[0]["label"] as? String == "大客户")
    #expect(segments[0]["action"] as? String == "call" && segments[0]["owner"] as? String == "Ada")
    #expect(segments[0]["when"] as? String == "monetary_total >= 500")
    let primary = try #require(record["taxonomy"] as? [String: Any])
    #expect(primary["name"] as? String == "value")
    let effective = try #require(record["configuration"] as? [String: Any])
    #expect(effective["tags"] as? [String] == ["recent", "big"])
  }

  @Test func flagsOverrideTheFileAndAnotherFileCanBeNamed() throws {
    let folder = try store(ConfigurationFileTests.yaml)
    let shop = folder.file("shop")
    func bins(_ arguments: [String]) throws -> (Int?, String?) {
      let score = try Program.run(["score", shop, "--json"] + arguments)
      #expect(score.status == 0, "\(score.errors)")
      let name = try #require(try score.json()["snapshot"] as? String)
      let record = try #require(
        JSONSerialization.jsonObject(
          with: folder.bytes("shop/snapshots/\(name)/snapshot.json")) as? [String: Any])
      let effective = try #require(record["configuration"] as? [String: Any])
      return (
        (effective["bins"] as? [String: Int])?["monetary"], effective["taxonomy"] as? String
      )
    }
    #expect(try bins([]) == (3, "value"))
    #expect(try bins(["--bins", "4"]) == (4, "value"))
    #expect(try bins(["--taxonomy", "lifecycle"]) == (3, "lifecycle"))
    #expect(try bins(["--taxonomy", "abc"]) == (3, "abc"))
    let other = try folder.write("other.yaml", "rfm: {bins: 7}\nvalue: {model: none}\n")
    #expect(try bins(["--config", other]) == (7, "rfm-10"))
    let wrong = try Program.run(["score", shop, "--taxonomy", "valu"])
    #expect(wrong.status == 64 && wrong.errors.contains("value, lifecycle, rfm-10"))
    let missing = try Program.run(["score", shop, "--config", folder.file("none.yaml")])
    #expect(missing.status == 66)
  }

  @Test func theFileNamesColumnsForIngestAndExport() throws {
    let folder = try Folder()
    let log = try folder.write(
      "log.csv", "Who;When;How much;State\nx;01/02/2026;5,50;ok\ny;02/02/2026;7;void\n")
    let yaml = try folder.write(
      "s.yaml",
      """
      ingest:
        customer: Who
        date: When
        amount: How much
        delimiter: ;
        date-format: DD/MM/YYYY
        decimal: ','
        where: {State: ok}
      value: {model: none}
      export: {columns: [customer_id, monetary_total], file: \(folder.file("out.csv"))}
      """)
    let run = try Program.run(["run", folder.file("shop"), log, "--config", yaml])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      String(decoding: try folder.bytes("out.csv"), as: UTF8.self)
        == "customer_id,monetary_total\nx,5.50\n")
  }

  @Test func mistakesAreToldWithTheirPlaceAndStopTheRun() throws {
    let folder = try store(
      """
      value: {model: none}
      rfm: {by: regoin}
      taxonomies:
        - name: value
          segments:
            - {name: Big, when: monetry_total > 5}
            - name: Odd
              when: orders + 1
      tags:
        t: HAS TAG 'u'
      """)
    let shop = folder.file("shop")
    let by = try Program.run(["score", shop])
    #expect(by.status == 78)
    #expect(by.errors.contains("strata.yaml:2:11: unknown column regoin; did you mean region?"))
    let score = try Program.run(["score", shop, "--by", "region"])
    #expect(score.status == 78)
    for place in [
      "strata.yaml:6:27: segment Big of value: unknown column monetry_total",
      "strata.yaml:8:22: segment Odd of value: expected a condition", "strata.yaml:10:6: tag t",
    ] { #expect(score.errors.contains(place), "\(score.errors)") }
    let check = try Program.run(["check", shop, "--by", "region", "--json"])
    #expect(check.status == 78)
    let report = try check.json()
    #expect(report["errors"] as? Int == 3)
    let findings = try #require(report["findings"] as? [[String: Any]])
    #expect(findings.first?["line"] as? Int == 6 && findings.first?["column"] as? Int == 27)
    #expect(try Program.run(["snapshots", shop]).output.contains("no snapshots yet"))
  }

  @Test func sectionsOfCustomerSystemsAreCheckedBeforeTheyAreNeeded() throws {
    let folder = try store(
      """
      value: {model: none}
      export:
        salesforce:
          id: {customer_id: Shop_Id__c}
          fields: {segmnt: Tier__c, segment: Class__c}
        hubspot: {fields: {segment: tier, orders: tier}}
        zoho: {fieldz: {segment: Tier}}
      """)
    let check = try Program.run(["check", folder.file("shop")])
    #expect(check.status == 78)
    for place in [
      "strata.yaml:5:14: unknown column segmnt; did you mean segment?",
      "strata.yaml:6:12: export for hubspot: ", "two columns go to tier",
      "strata.yaml:7:10: unknown key fieldz in export.zoho; did you mean fields?",
    ] { #expect(check.output.contains(place), "\(check.output)") }
  }

  @Test func theLinterPrintsWarningsAndSucceeds() throws {
    let folder = try store(
      """
      value: {model: none}
      taxonomies:
        - name: value
          segments:
            - {name: Some, when: monetary_total > 50}
            - {name: Fewer, when: monetary_total > 80}
            - {name: None, when: r > 5}
            - {name: Others, when: orders >= 1}
      """)
    let check = try Program.run(["check", folder.file("shop")])
    #expect(check.status == 0, "\(check.errors)")
    #expect(
      check.output.contains("strata.yaml:6:29: warning: segment Fewer of value: whoever matches it")
    )
    #expect(check.output.contains("strata.yaml:7:28: warning: segment None of value: can never"))
    #expect(check.output.contains("no customer of these data is left for Other"))
    let json = try Program.run(["check", folder.file("shop"), "--json"]).json()
    #expect(json["errors"] as? Int == 0 && json["customers"] as? Int == 6)
    #expect((json["warnings"] as? Int ?? 0) >= 2)
  }

  @Test func aTaxonomyCannotTakeAnAttributesName() throws {
    let folder = try store(
      "value: {model: none}\nrfm: {by: region}\n"
        + "taxonomies: [rfm-10, {name: region, segments: [{name: a, when: r = 1}]}]\n")
    let score = try Program.run(["score", folder.file("shop")])
    #expect(score.status == 78 && score.errors.contains("named like the column region"))
  }

  @Test func alertsAndDriftAreTakenFromTheFile() throws {
    let folder = try store()
    let shop = folder.file("shop")
    try folder.write(
      "shop/strata.yaml",
      """
      value: {model: none}
      taxonomies:
        - name: value
          segments: [{name: Big, when: monetary_total >= 150}, {name: Small, when: orders > 0}]
      alerts:
        - {name: risen, when: "from = 'Small' AND to = 'Big'", command: "cp -t \(folder.path)"}
      drift: {psi: 0.0001, on-breach: warn}
      """)
    #expect(try Program.run(["score", shop, "--as-of", "2026-01-31"]).status == 0)
    let score = try Program.run(["score", shop])
    #expect(score.status == 0 && score.errors.contains("warning: 2026-03-01 has drifted"))
    let diff = try Program.run(["diff", shop, "--events", folder.file("moved/events.jsonl")])
    #expect(diff.status != 0, "the folder of the events is not there")
    try FileManager.default.createDirectory(
      atPath: folder.file("moved"), withIntermediateDirectories: true)
    let again = try Program.run(["diff", shop, "--events", folder.file("moved/events.jsonl")])
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("alert risen: 1 event"))
    let copied = String(decoding: try folder.bytes("events.risen.jsonl"), as: UTF8.self)
    #expect(copied.contains("\"customer\":\"a\""))
    let strict = try folder.write(
      "strict.yaml", "value: {model: none}\ndrift: {psi: 0.0001, publish: false}\n")
    let failed = try Program.run(["score", shop, "--bins", "3", "--config", strict])
    #expect(failed.status == 3, "\(failed.errors)")
  }

  @Test func aTaxonomyNamedLikeAnAttributeIsToldAtItsPlace() throws {
    let folder = try store("value: {model: none}\ntaxonomies:\n  - rfm-10\n  - value-3\n")
    let shop = folder.file("shop")
    let list = try folder.write("c.csv", "customer_id,value-3\na,7\nb,9\n")
    let ingest = try Program.run(["ingest", shop, list, "--customers"])
    #expect(ingest.status == 0, "\(ingest.errors)")
    for verb in ["score", "check"] {
      let run = try Program.run([verb, shop])
      #expect(run.status == 78)
      let said = run.errors + run.output
      #expect(said.contains("shop/strata.yaml:4:5: a taxonomy is named like the column value-3"))
      #expect(said.contains("\n    - value-3\n      ^\n"), "\(said)")
    }
  }

  @Test func taxonomiesOfTheFileAreEvaluated() throws {
    let folder = try Folder()
    let shop = folder.file("shop")
    let log = Program.data("cdnow_sample.csv")
    #expect(try Program.run(["ingest", shop, log]).status == 0)
    try folder.write(
      "shop/strata.yaml",
      """
      taxonomies:
        - name: mine
          segments:
            - {name: top, when: "monetary_total >= quantile(monetary_total, 0.9)"}
            - {name: alive, when: p_alive > 0.5}
      """)
    let run = try Program.run([
      "evaluate", shop, "--strategies", "past-spend,mine", "--draws", "50", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("\"mine\""))
    try folder.write(
      "shop/strata.yaml", "taxonomies: [{name: mine, segments: [{name: t, when: clvv > 5}]}]\n")
    let wrong = try Program.run(["evaluate", shop, "--strategies", "mine", "--draws", "50"])
    #expect(wrong.status == 78 && wrong.errors.contains("did you mean clv?"), "\(wrong.errors)")
  }
}
