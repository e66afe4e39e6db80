import Foundation
import Testing

/// The nightly job on real data, driven through the program.
@Suite struct NightlyJobTests {
  @Test func theWholeOfCDNOWIsScored() throws {
    let folder = try Folder()
    let run = try Program.run([
      "run", folder.file("store"), Program.data("cdnow_master.csv"), "-o", folder.file("s.csv"),
      "--clv", "none", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    let ingest = try #require(report["ingest"] as? [String: Any])
    #expect(ingest["rows"] as? Int == 69_659)
    #expect(ingest["accepted"] as? Int == 69_659)
    #expect(ingest["newCustomers"] as? Int == 23_570)
    #expect(report["snapshot"] as? String == "1998-06-30.1")

    let query = try Program.run([
      "query", folder.file("store"),
      "SELECT count(*), sum(purchase_days), sum(monetary_total), sum(orders) FROM customers",
    ])
    #expect(query.lines.last == "23570,67591,2500315.63,69659")
    let lines = try String(contentsOfFile: folder.file("s.csv"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 23_571)
    #expect(
      lines[0]
        == "customer_id,first_purchase,last_purchase,recency_days,orders,purchase_days,"
        + "monetary_total,monetary_mean,r,f,m,rfm,segment")
    #expect(lines[1].hasPrefix("00001,1997-01-01,1997-01-01,545,1,1,11.77,11.77,1,1,1,111,"))
    #expect(try Program.run(["verify", folder.file("store")]).status == 0)
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    let folder = try Folder()
    var states: [[String: Data]] = []
    for threads in ["1", "2", "7"] {
      let run = try Program.run([
        "run", folder.file("store" + threads), Program.data("cdnow_sample.csv"), "-o",
        folder.file(threads + ".csv"), "--clusters", "4", "--threads", threads,
      ])
      #expect(run.status == 0, "\(run.errors)")
      states.append(try folder.contents(of: "store" + threads))
    }
    #expect(states[0].count > 10)
    #expect(states[0] == states[1])
    #expect(states[0] == states[2])
    #expect(try folder.bytes("1.csv") == folder.bytes("7.csv"))
  }

  @Test func scoresDoNotDependOnHowTheLogWasCutIntoBatches() throws {
    let folder = try Folder()
    let text = try String(contentsOfFile: Program.data("cdnow_sample.csv"), encoding: .utf8)
    var lines = text.split(whereSeparator: \.isNewline)
    let header = lines.removeFirst()
    var parts: [Substring: [Substring]] = [:]
    for line in lines { parts[line.split(separator: ",")[2].prefix(7), default: []].append(line) }
    #expect(parts.count == 18)
    for month in parts.keys.sorted() {
      let file = try folder.write(
        month + ".csv", ([header] + parts[month]!).joined(separator: "\n"))
      // Every month is scored, so that later ones are folded into the snapshot before.
      let run = try Program.run(["run", folder.file("months"), file, "--clv", "none"])
      #expect(run.status == 0, "\(run.errors)")
    }
    let whole = try Program.run([
      "run", folder.file("whole"), Program.data("cdnow_sample.csv"), "-o", folder.file("whole.csv"),
    ])
    #expect(whole.status == 0)
    for arguments in [["score", "--full"], ["score"]] {
      let scored = try Program.run([arguments[0], folder.file("months")] + arguments.dropFirst())
      #expect(scored.status == 0, "\(scored.errors)")
      let export = try Program.run([
        "export", folder.file("months"), "-o", folder.file("months.csv"),
      ])
      #expect(export.status == 0)
      #expect(try folder.bytes("months.csv") == folder.bytes("whole.csv"))
    }
  }

  @Test func aPastNightCanBeScoredAgain() throws {
    let folder = try Folder()
    let log = Program.data("cdnow_sample.csv")
    #expect(try Program.run(["ingest", folder.file("store"), log]).status == 0)
    let past = try Program.run([
      "score", folder.file("store"), "--as-of", "1997-09-30", "--clv", "none", "--json",
    ])
    #expect(try past.json()["snapshot"] as? String == "1997-09-30.1")
    #expect(try Program.run(["score", folder.file("store"), "--clv", "none"]).status == 0)
    let query = try Program.run([
      "query", folder.file("store"),
      "SELECT max(last_purchase), count(*) FROM customers AT '1997-09-30'",
    ])
    #expect(query.lines.last == "1997-09-30,2357")
    let early = try Program.run(["score", folder.file("store"), "--as-of", "1990-01-01"])
    #expect(early.status == 66)
    #expect(early.errors.contains("1997-01-01"))
  }

  @Test func standardInputIsReadAndStandardOutputWritten() throws {
    let folder = try Folder()
    let log = "customer,date,amount\na,2026-01-01,1.50\nb,2026-01-02,2\n"
    let run = try Program.run(
      [
        "run", folder.file("store"), "-", "-o", "-", "--clv", "none", "--columns",
        "customer_id,orders",
      ],
      input: log)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "customer_id,orders\na,1\nb,1\n")
  }

  @Test func aGeneratedLogIsTheSameForTheSameSeed() throws {
    let folder = try Folder()
    for (name, threads) in [("a.csv", "1"), ("b.csv", "2")] {
      let run = try Program.run([
        "generate", "-o", folder.file(name), "--customers", "2000", "--seed", "9", "--threads",
        threads,
      ])
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
    #expect(try folder.bytes("a.csv").starts(with: Data("customer_id,date,amount\n".utf8)))
    #expect(try folder.bytes("a.csv.parameters.json") == folder.bytes("b.csv.parameters.json"))
  }
}
