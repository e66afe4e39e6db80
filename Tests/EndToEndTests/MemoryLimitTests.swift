import Foundation
import Testing

/// The built program under a limit on memory that is a fraction of the file.
@Suite(.serialized) struct MemoryLimitTests {
  /// What the program takes besides what the limit bounds: itself, the memory of two threads' scans and sorts
  /// at their least, and about 160 bytes a customer.
  private static let fixedByteCount = 56 << 20
  private static let limitByteCount = 8 << 20

  private func run(
    _ store: String, _ log: String, _ limit: String, _ scores: String, _ more: [String] = []
  ) throws -> Int {
    let run = try Program.run(
      [
        "run", store, log, "--clv", "none", "--clusters", "none", "--limit-memory", limit,
        "--threads", "2", "-o", scores, "--json",
      ] + more)
    #expect(run.status == 0, "\(run.errors)")
    return try #require(run.json()["peakMemoryBytes"] as? Int)
  }

  /// A second log that follows the first in time: every third customer is a new one.
  private func later(_ log: String) throws -> String {
    let handle = try #require(FileHandle(forReadingAtPath: log))
    let head = String(decoding: try handle.read(upToCount: 1 << 20) ?? Data(), as: UTF8.self)
    var text = ""
    for line in head.split(separator: "\n").dropLast() {
      let fields = line.split(separator: ",")
      if fields[0] == "customer_id" {
        text += line + "\n"
        continue
      }
      let id = fields[0].hasSuffix("3") ? "B" + fields[0].dropFirst() : fields[0]
      text += "\(id),2096-\(fields[1].dropFirst(5)),\(fields[2])\n"
    }
    return text
  }

  @Test func aRunStaysWithinItsLimitAndAnswersTheSame() throws {
    let folder = try Folder()
    let log = folder.file("log.csv")
    #expect(
      try Program.run([
        "generate", "-o", log, "--customers", "10000", "--orders-per-customer", "270",
        "--weeks", "900",
      ]).status == 0)
    let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
    #expect(size > 6 * Self.limitByteCount)
    let bound = Self.limitByteCount + Self.fixedByteCount
    let free = try run(folder.file("free"), log, "8G", folder.file("free.csv"))
    let limited = try run(folder.file("limited"), log, "8M", folder.file("limited.csv"))
    #expect(limited <= bound)
    #expect(free > bound, "the bound says nothing")
    let scores = try Data(contentsOf: folder.url("free.csv"))
    #expect(try Data(contentsOf: folder.url("limited.csv")) == scores)

    // Into a store whose codes are not in the order of ids.
    let more = try folder.write("more.csv", later(log))
    _ = try run(folder.file("free"), more, "8G", folder.file("free2.csv"))
    let second = try run(folder.file("limited"), more, "1M", folder.file("limited2.csv"))
    #expect(second <= bound)
    let both = try Data(contentsOf: folder.url("free2.csv"))
    #expect(try Data(contentsOf: folder.url("limited2.csv")) == both && both.count > scores.count)
    #expect(try Program.run(["verify", folder.file("limited")]).status == 0)

    // The first log again: every row lies before its customer's last day.
    let arguments = ["--again", "--max-rejects", "0"]
    _ = try run(folder.file("free"), log, "8G", folder.file("free3.csv"), arguments)
    let late = try run(folder.file("limited"), log, "1M", folder.file("limited3.csv"), arguments)
    #expect(late <= bound + (12 << 20))
    #expect(
      try Data(contentsOf: folder.url("limited3.csv"))
        == Data(contentsOf: folder.url("free3.csv")))
    try rescore(folder, bound)
  }

  /// Everything from the start, of a window, and by a regression, which reads the rows again and again.
  private func rescore(_ folder: Folder, _ bound: Int) throws {
    for (number, arguments) in [["--full"], ["--window", "1000d"], ["--clv", "ridge"]].enumerated()
    {
      var scores: [Data] = []
      for (store, limit) in [("free", "8G"), ("limited", "1M")] {
        let run = try Program.run(
          ["score", folder.file(store), "--limit-memory", limit, "--threads", "2", "--json"]
            + ["--clusters", "none"] + (number == 2 ? [] : ["--clv", "none"]) + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let peak = try #require(run.json()["peakMemoryBytes"] as? Int)
        // A fit has some more memory of its own.
        if limit == "1M" { #expect(peak <= bound + (number == 2 ? 48 << 20 : 0), "\(arguments)") }
        if limit == "8G", number == 2 { #expect(peak > bound + 48 << 20, "says nothing") }
        let export = try Program.run(["export", folder.file(store)])
        scores.append(Data(export.output.utf8))
      }
      #expect(scores[0] == scores[1] && scores[0].count > 1_000, "\(arguments)")
    }
  }
}

extension Folder {
  fileprivate func url(_ name: String) -> URL { URL(fileURLWithPath: file(name)) }
}
