import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What goes wrong on a bad night: the message, the exit code, and a store that is whole.
@Suite(.serialized) struct MishapTests {
  @Test func theSameFileTwiceIsRefusedUnlessMeant() throws {
    let folder = try Folder()
    let arguments = ["ingest", folder.file("store"), Program.data("cdnow_sample.csv")]
    #expect(try Program.run(arguments).status == 0)
    let again = try Program.run(arguments)
    #expect(again.status == 65)
    #expect(again.errors.contains("000001"))
    #expect(again.errors.contains("--again"))
    #expect(try Program.run(arguments + ["--again"]).status == 0)
  }

  @Test func aMissingColumnListsTheHeader() throws {
    let folder = try Folder()
    let log = try folder.write("x.csv", "who,when,much\na,2026-01-01,1\n")
    let run = try Program.run(["ingest", folder.file("store"), log])
    #expect([64, 65].contains(run.status))
    for name in ["who", "when", "much"] { #expect(run.errors.contains(name)) }
    let told = try Program.run([
      "ingest", folder.file("store"), log, "--customer", "WHO", "--date", "when", "--amount",
      "much",
    ])
    #expect(told.status == 0, "\(told.errors)")
  }

  @Test func tooManyRejectsLeaveTheStoreAsItWas() throws {
    let folder = try Folder()
    #expect(
      try Program.run(["ingest", folder.file("store"), Program.data("cdnow_sample.csv")]).status
        == 0)
    let before = try folder.contents(of: "store")
    let log = try folder.write("x.csv", "customer,date,amount\na,2026-01-01,1\nb,never,2\n")
    let run = try Program.run([
      "ingest", folder.file("store"), log, "--rejects", folder.file("rejects.csv"),
    ])
    #expect(run.status == 65)
    let rejects = try String(contentsOfFile: folder.file("rejects.csv"), encoding: .utf8)
    #expect(rejects.contains("x.csv"))
    #expect(rejects.contains("b,never,2"))
    #expect(try folder.contents(of: "store") == before)
    let tolerant = try Program.run([
      "ingest", folder.file("store"), log, "--max-rejects", "1", "--json",
    ])
    #expect(tolerant.status == 0)
    let report = try #require(tolerant.json()["ingest"] as? [String: Any])
    #expect(report["rows"] as? Int == 2)
    #expect(report["accepted"] as? Int == 1)
    #expect(report["rejected"] as? Int == 1)
  }

  @Test func anExportThatFailsLeavesTheStoreAsItWas() throws {
    let folder = try Folder()
    let first = try folder.write("one.csv", "customer,date,amount\na,2026-01-01,1\n")
    #expect(try Program.run(["run", folder.file("store"), first, "--clv", "none"]).status == 0)
    let before = try folder.contents(of: "store")
    let second = try folder.write("two.csv", "customer,date,amount\nb,2026-01-02,2\n")
    let job = ["run", folder.file("store"), second, "--clv", "none", "-o"]
    for (arguments, status) in [
      ([folder.file("x.csv"), "--columns", "customer_id,nope"], 64),
      ([folder.file("x.csv"), "--segment", "nope"], 64),
      ([folder.file("no/such/folder/x.csv")], 73), ([folder.path], 73),
      (["-", "--columns", "nope"], 64),
    ] {
      let run = try Program.run(job + arguments)
      #expect(Int(run.status) == status, "\(arguments): \(run.errors)")
      #expect(try folder.contents(of: "store") == before)
      #expect(!FileManager.default.fileExists(atPath: folder.file("x.csv")))
    }
    let again = try Program.run(job + [folder.file("x.csv")])
    #expect(again.status == 0, "\(again.errors)")
    #expect(FileManager.default.fileExists(atPath: folder.file("x.csv")))
  }

  @Test func aDayWithoutOrdersIsNoMishap() throws {
    let folder = try Folder()
    let first = try folder.write(
      "one.csv", "customer,date,amount\na,2026-01-01,1\nb,2026-01-02,2\n")
    #expect(try Program.run(["run", folder.file("store"), first, "--clv", "none"]).status == 0)
    let empty = try folder.write("two.csv", "customer,date,amount\n")
    let run = try Program.run(["run", folder.file("store"), empty, "--clv", "none", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    #expect((try run.json()["ingest"] as? [String: Any])?["rows"] as? Int == 0)
  }

  @Test func outputsAreNotTheInput() throws {
    let folder = try Folder()
    let text = "customer,date,amount\na,2026-01-01,1\nb,never,2\n"
    let log = try folder.write("x.csv", text)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.csv"), withDestinationPath: log)
    for rejects in [log, folder.file("link.csv")] {
      let run = try Program.run([
        "ingest", folder.file("store"), log, "--max-rejects", "1", "--rejects", rejects,
      ])
      #expect(run.status == 64, "\(run.errors)")
      #expect(try String(contentsOfFile: log, encoding: .utf8) == text)
      let export = try Program.run(["run", folder.file("store"), log, "-o", rejects])
      #expect(export.status == 64, "\(export.errors)")
      #expect(try String(contentsOfFile: log, encoding: .utf8) == text)
    }
  }

  /// A file that is opened must not get the number of a closed standard output.
  @Test func closedStandardDescriptorsDoNoHarm() throws {
    let folder = try Folder()
    let log = try folder.write("x.csv", "customer,date,amount\na,2026-01-01,1\n")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c", "exec \"$0\" run \"$1\" \"$2\" --clv none 0<&- 1>&- 2>&-", Program.path,
      folder.file("store"), log,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    #expect(try Program.run(["verify", folder.file("store")]).status == 0)
    let lock = try String(contentsOfFile: folder.file("store/LOCK"), encoding: .utf8)
    #expect(!lock.contains("Champions") && !lock.contains("publish"))
  }

  @Test func compressedInputIsRefusedWithThePipeToUse() throws {
    let folder = try Folder()
    try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]).write(to: URL(fileURLWithPath: folder.file("x.gz")))
    let run = try Program.run(["ingest", folder.file("store"), folder.file("x.gz")])
    #expect([65, 66].contains(run.status))
    #expect(run.errors.contains("| strata ingest"))
  }

  @Test func exitCodesSayWhatHappened() throws {
    let folder = try Folder()
    #expect(try Program.run(["--version"]).status == 0)
    #expect(try Program.run(["frobnicate"]).status == 64)
    #expect(try Program.run(["score", folder.file("none")]).status == 66)
    #expect(try Program.run(["ingest", folder.file("s"), folder.file("none.csv")]).status == 66)
    #expect(
      try Program.run(["ingest", "/proc/none/s", Program.data("cdnow_sample.csv")]).status == 73)
    let bins = try Program.run(["score", folder.file("s"), "--bins", "11"])
    #expect(bins.status == 64)
  }

  @Test func aSecondWriterIsToldWhoHasTheStore() throws {
    let folder = try Folder()
    #expect(
      try Program.run(["ingest", folder.file("store"), Program.data("cdnow_sample.csv")]).status
        == 0)
    let descriptor = open(folder.file("store/LOCK"), O_RDWR)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let run = try Program.run(["score", folder.file("store")])
    #expect(run.status == 75)
    #expect(try Program.run(["snapshots", folder.file("store")]).status == 0)
  }

  @Test func aDamagedByteIsFoundAndNamed() throws {
    let folder = try Folder()
    #expect(
      try Program.run(["run", folder.file("store"), Program.data("cdnow_sample.csv")]).status == 0)
    let path = folder.file("store/batches/000001/amount.col")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let verify = try Program.run(["verify", folder.file("store")])
    #expect(verify.status == 65)
    #expect(verify.output.contains("amount.col, block"))
    #expect(try Program.run(["score", folder.file("store"), "--full"]).status == 65)
  }

  @Test func aKilledRunLeavesTheOldStateOrTheNew() throws {
    let folder = try Folder()
    #expect(
      try Program.run([
        "run", folder.file("store"), Program.data("cdnow_sample.csv"), "--clv", "none",
      ]).status == 0)
    let log = try folder.write(
      "more.csv",
      "customer,date,amount\n"
        + (0..<20_000).map { "\($0 % 5_000),1998-07-\($0 % 9 + 10),\($0).25" }
        .joined(separator: "\n"))
    var random = SystemRandomNumberGenerator()
    var kills = 0
    var published = 1
    for _ in 0..<50 {
      let process = try Program.start([
        "run", folder.file("store"), log, "-o", folder.file("scores.csv"), "--clv", "none",
        "--again",
      ])
      usleep(UInt32.random(in: 0..<120_000, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { kills += 1 }
      let verify = try Program.run(["verify", folder.file("store")])
      #expect(verify.status == 0, "\(verify.output)")
      let list = try Program.run(["snapshots", folder.file("store"), "--json"]).json()
      let snapshots = try #require(list["snapshots"] as? [Any]).count
      // A batch and its snapshot come into force together.
      #expect(list["batches"] as? Int == snapshots)
      #expect(snapshots == published || snapshots == published + 1)
      published = snapshots
    }
    #expect(kills > 0)
    let run = try Program.run(["run", folder.file("store"), log, "--again"])
    #expect(run.status == 0, "\(run.errors)")
  }

  /// Where a small file system can be mounted: as root, outside of restricted containers.
  @Test func aFullDiskLeavesTheOldStateAndSaysSo() throws {
    let folder = try Folder()
    let mount = folder.file("small")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: false)
    guard geteuid() == 0,
      Glibc.mount("none", mount, "tmpfs", 0, "size=512k") == 0
    else { return }
    defer { umount(mount) }
    let store = mount + "/store"
    #expect(
      try Program.run(["run", store, Program.data("cdnow_sample.csv"), "--clv", "none"]).status == 0
    )
    let before = try folder.contents(of: "small/store")
    let run = try Program.run(["run", store, Program.data("cdnow_master.csv"), "--clv", "none"])
    #expect(run.status == 74)
    #expect(run.errors.contains("No space left"))
    #expect(try folder.contents(of: "small/store") == before)
    #expect(try Program.run(["verify", store]).status == 0)
  }

  @Test func aStoreWithoutItsManifestIsNotTakenForANewOne() throws {
    let folder = try Folder()
    let (store, log) = (folder.file("store"), Program.data("cdnow_sample.csv"))
    #expect(try Program.run(["run", store, log, "--clv", "none"]).status == 0)
    try FileManager.default.removeItem(atPath: store + "/manifest.json")
    let before = try folder.contents(of: "store")
    for arguments in [
      ["run", store, log], ["ingest", store, log], ["score", store], ["export", store],
      ["gc", store, "--keep", "1"], ["verify", store], ["init", store],
    ] {
      let run = try Program.run(arguments)
      #expect(run.status == 65, "\(arguments): \(run.errors)")
      #expect((run.errors + run.output).contains("restore manifest.json"))
    }
    #expect(try folder.contents(of: "store") == before)
  }

  @Test func noOutputIsWrittenIntoAStore() throws {
    let folder = try Folder()
    let (store, log) = (folder.file("store"), Program.data("cdnow_sample.csv"))
    #expect(try Program.run(["run", store, log, "--clv", "none"]).status == 0)
    let earlier = ["score", store, "--clv", "none", "--as-of", "1998-05-01"]
    #expect(try Program.run(earlier).status == 0)
    #expect(
      try Program.run(["run", folder.file("other"), log, "--clv", "none"]).status == 0)
    let before = try folder.contents(of: "store")
    let bad = try folder.write("x.csv", "customer,date,amount\na,2026-01-01,1\nb,never,2\n")
    try FileManager.default.linkItem(
      atPath: store + "/manifest.json", toPath: folder.file("second-name"))
    let target = store + "/manifest.json"
    let other = folder.file("other") + "/../store/manifest.json"
    for arguments in [
      ["export", store, "-o", target], ["export", folder.file("other"), "-o", other],
      ["export", store, "-o", folder.file("second-name")],
      ["export", store, "--for", "hubspot", "--map", "segment", "-o", store + "/batches/part"],
      ["run", store, log, "--again", "-o", target],
      ["run", store, bad, "--rejects", target, "--max-rejects", "9"],
      ["ingest", store, bad, "--rejects", folder.file("second-name"), "--max-rejects", "9"],
      ["ingest", folder.file("other"), bad, "--rejects", other, "--max-rejects", "9"],
      ["diff", store, "--events", target], ["diff", store, "--events", store + "/events.jsonl"],
      ["evaluate", store, "-o", store], ["evaluate", store, "-o", store + "/evaluation"],
      ["evaluate", store, "-o", store + "/batches/evaluation"],
      ["evaluate", folder.file("other"), "-o", folder.file("other") + "/../store/evaluation"],
      ["serve", store, "--listen", "none", "--unix", store + "/x.sock"],
      ["serve", folder.file("other"), "--listen", "none", "--unix", other],
      ["generate", "--customers", "10", "-o", target],
      ["generate", "--customers", "10", "-o", folder.file("g.csv"), "--parameters", target],
    ] {
      let run = try Program.run(arguments)
      #expect([64, 73].contains(run.status), "\(arguments): \(run.status) \(run.errors)")
      #expect(run.errors.contains("store"), "\(arguments): \(run.errors)")
    }
    #expect(try folder.contents(of: "store") == before)
    for name in ["evaluation", "batches/evaluation", "x.sock"] {
      #expect(!FileManager.default.fileExists(atPath: store + "/" + name))
    }
    // An export needs its store no less before it is made.
    let first = try Program.run([
      "run", folder.file("new"), log, "-o", folder.file("new") + "/scores.csv",
    ])
    #expect(first.status == 64)
    #expect(try Program.run(["verify", store]).status == 0)
  }

  @Test func theCurrentSnapshotIsTheWayBackFromABadNight() throws {
    let folder = try Folder()
    let (store, log) = (folder.file("store"), Program.data("cdnow_sample.csv"))
    #expect(try Program.run(["run", store, log, "--clv", "none"]).status == 0)
    func current() throws -> String? {
      let list = try Program.run(["snapshots", store, "--json"]).json()
      let snapshots = try #require(list["snapshots"] as? [[String: Any]])
      return snapshots.first { $0["current"] as? Bool == true }?["name"] as? String
    }
    let first = try #require(try current())
    let past = ["score", store, "--clv", "none", "--as-of", "1998-03-01"]
    #expect(try Program.run(past).status == 0)
    #expect(try current() == first)
    let moved = try Program.run(["snapshots", store, "--current", "1998-03-01"])
    #expect(moved.status == 0 && moved.output.contains("current"), "\(moved.errors)")
    #expect(try current() == "1998-03-01.1")
    let export = try Program.run(["export", store, "-o", folder.file("now.csv"), "--json"])
    #expect(try export.json()["snapshot"] as? String == "1998-03-01.1", "\(export.errors)")
    #expect(try Program.run(["gc", store, "--keep", "1"]).status == 0)
    #expect(try current() == "1998-03-01.1")
    #expect(try Program.run(["snapshots", store, "--current", "2001-01-01"]).status == 66)
    #expect(try Program.run(["verify", store]).status == 0)
  }
}
