import Foundation
import Testing

/// How the program answers what is typed: mistakes in flags, names and queries, and help.
@Suite struct CommandLineTests {
  private func scored(_ folder: Folder) throws -> String {
    let rows = ["a,2026-01-05,10", "b,2026-01-06,20.5", "b,2026-03-01,1", "c,2026-03-02,7"]
    let log = try folder.write(
      "o.csv", "customer,date,amount\n" + rows.joined(separator: "\n") + "\n")
    let path = folder.file("store")
    let run = try Program.run(["run", path, log, "--clv", "none"])
    #expect(run.status == 0, "\(run.errors)")
    return path
  }

  @Test func aWrongVerbIsNamedWithTheRightOne() throws {
    for arguments in [["quer", "s"], ["quer"], ["help", "quer"]] {
      let run = try Program.run(arguments)
      #expect(run.status == 64)
      #expect(run.errors == "strata: there is no verb quer; did you mean query?\n")
    }
    let far = try Program.run(["frobnicate", "s"])
    #expect(far.status == 64)
    #expect(far.errors.contains("there is no verb frobnicate; `strata help` lists them"))
    for arguments in [["help"], ["help", "query"], ["query", "--help"], ["--version"]] {
      #expect(try Program.run(arguments).status == 0)
    }
  }

  @Test func aFlagThatIsRefusedLateShowsTheUsageOfItsVerb() throws {
    let folder = try Folder()
    let store = try scored(folder)
    let run = try Program.run(["score", store, "--as-of", "yesterday"])
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("Error: --as-of takes a date"))
    #expect(run.errors.contains("\nUsage: strata score [<options>] <store>\n"))
    #expect(run.errors.contains("'strata score --help'"))
    #expect(!run.errors.contains("<subcommand>"))
  }

  @Test func flagsThatContradictEachOtherAreRefused() throws {
    let folder = try Folder()
    let store = try scored(folder)
    let cuts = "recency_days=30,60,90,120;orders=1,2,3,4;monetary=1,2,3,4"
    for (arguments, message) in [
      (["score", store, "--cuts", cuts], "--cuts goes with --method cuts"),
      (["score", store, "--method", "ntile", "--cuts", cuts], "--cuts goes with --method cuts"),
      (["score", store, "--cluster-features", "orders"], "go with --clusters"),
      (["score", store, "--clusters", "none", "--cluster-seed", "2"], "go with --clusters"),
      (["query", store, "SELECT r FROM customers", "--csv", "--json"], "--csv and --json exclude"),
      (["export", store, "--columns", ""], "--columns names no column"),
      (["export", store, "--columns", " , "], "--columns names no column"),
      (["generate", "-o", "-", "--customers", "9", "--json"], "--json and orders on standard"),
    ] {
      let run = try Program.run(arguments)
      #expect(run.status == 64, "\(arguments)")
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    try folder.write("store/strata.yaml", "rfm: {method: cuts, bins: 5, cuts: \(fileCuts)}\n")
    let overridden = try Program.run(["score", store, "--clv", "none", "--cuts", cuts])
    #expect(overridden.status == 0, "\(overridden.errors)")
  }

  private let fileCuts =
    "{recency_days: [30, 60, 90, 120], orders: [1, 2, 3, 4], monetary: [1, 2, 3, 4]}"

  @Test func columnsOfAnExportAreFoundCaseAsideAndSuggested() throws {
    let folder = try Folder()
    let store = try scored(folder)
    let export = try Program.run(["export", store, "--columns", "CUSTOMER_ID, Orders"])
    #expect(export.lines == ["customer_id,orders", "a,1", "b,2", "c,1"], "\(export.errors)")
    let far = try Program.run(["export", store, "--columns", "kilometres"])
    #expect(far.status == 64)
    #expect(far.errors.contains("there is no column kilometres. The columns are: customer_id, "))
    let near = try Program.run(["export", store, "--columns", "ordres"])
    #expect(
      near.errors.contains("no column ordres; did you mean orders? The columns are: customer_id"))
    try folder.write("store/strata.yaml", "export: {columns: [Orders]}\n")
    #expect(try Program.run(["check", store]).status == 0)
    try folder.write("store/strata.yaml", "export: {columns: []}\n")
    #expect(try Program.run(["export", store]).status == 78)
  }

  @Test func aReaderThatHasEnoughIsToldNothing() throws {
    let folder = try Folder()
    let store = try scored(folder)
    for command in ["export", "snapshots", "query"] {
      let more = command == "query" ? "'SELECT r FROM customers'" : ""
      let script =
        "{ sleep 0.5; \"$0\" \(command) \"$1\" \(more) 2> \(folder.file("said")); echo $? > "
        + "\(folder.file("status")); } | true"
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script, Program.path, store]
      try process.run()
      process.waitUntilExit()
      #expect(String(decoding: try folder.bytes("said"), as: UTF8.self).isEmpty)
      #expect(String(decoding: try folder.bytes("status"), as: UTF8.self) == "74\n", "\(command)")
    }
  }

  @Test func anExportToANameOfAPipeGoesIntoThePipe() throws {
    let folder = try Folder()
    let (store, log) = (folder.file("store"), Program.data("cdnow_sample.csv"))
    let expected = folder.file("x.csv")
    #expect(try Program.run(["run", store, log, "--clv", "none", "-o", expected]).status == 0)
    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
      let pipe = Pipe()
      let process = try Program.start(["export", store, "-o", path], output: pipe)
      try pipe.fileHandleForWriting.close()
      let bytes = try pipe.fileHandleForReading.readToEnd()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(path)")
      #expect(try bytes == folder.bytes("x.csv"), "\(path)")
    }
  }

  @Test func aRefusedEvaluationSaysSoBeforeItsWork() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let log = try folder.write("one.csv", "customer,date,amount\na,2026-01-01,1\n")
    #expect(try Program.run(["ingest", store, log]).status == 0)
    // Neither could be evaluated: what is said first is what was looked at first.
    for path in [folder.file("no/such/folder"), log] {
      let run = try Program.run(["evaluate", store, "-o", path])
      #expect(run.status == 73, "\(run.errors)")
      #expect(run.errors.contains(path))
    }
  }

  @Test func aSettingsFileThatIsThereKeepsInitFromMakingAStore() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: folder.file("new"), withIntermediateDirectories: false)
    try folder.write("new/strata.yaml", "version: 1\n")
    let run = try Program.run(["init", folder.file("new")])
    #expect(run.status == 73)
    #expect(run.errors.contains("--force"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("new"))
    #expect(names == ["strata.yaml"])
    #expect(try Program.run(["init", folder.file("new"), "--force"]).status == 0)
    #expect(try Program.run(["verify", folder.file("new")]).status == 0)
  }

  @Test func aStoreWithoutSnapshotsSaysWhatToDo() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let log = try folder.write("o.csv", "customer,date,amount\na,2026-01-05,10\n")
    #expect(try Program.run(["ingest", store, log]).status == 0)
    for arguments in [["export"], ["models"], ["diff"], ["diff", "x"]] {
      let run = try Program.run([arguments[0], store] + arguments.dropFirst())
      #expect(run.status == 66)
      #expect(run.errors.contains("there is no snapshot yet; run `strata score` first"))
      #expect(!run.errors.contains("found"))
    }
  }

  @Test func ordersAreGeneratedOntoStandardOutput() throws {
    let folder = try Folder()
    let arguments = ["generate", "--customers", "50", "--seed", "3"]
    let file = try Program.run(arguments + ["-o", folder.file("o.csv")])
    #expect(file.status == 0, "\(file.errors)")
    let run = try Program.run(
      arguments + ["-o", "-", "--parameters", folder.file("given.json")])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == String(decoding: try folder.bytes("o.csv"), as: UTF8.self))
    #expect(try folder.bytes("given.json") == folder.bytes("o.csv.parameters.json"))
    let here = FileManager.default.currentDirectoryPath
    #expect(!FileManager.default.fileExists(atPath: here + "/-.parameters.json"))
  }

  @Test func helpIsWrappedOnce() throws {
    for verb in ["", "run", "ingest", "query", "check", "diff", "evaluate", "generate"] {
      let help = try Program.run(verb.isEmpty ? ["help"] : ["help", verb])
      #expect(help.status == 0)
      let about = help.output.components(separatedBy: "\nUSAGE:")[0]
      for paragraph in about.components(separatedBy: "\n\n") {
        let lines = paragraph.split(separator: "\n")
        for (line, next) in zip(lines, lines.dropFirst()) where !line.hasPrefix("OVERVIEW:") {
          // A line ends where the next word would not fit, and nowhere else.
          let word = next.prefix { $0 != " " }
          #expect(line.count + 1 + word.count >= 80, "\(verb): \(line)")
        }
      }
    }
  }
}
