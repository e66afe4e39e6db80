import ArgumentParser
import Columns
import JSONText
import Reports
import Storage

struct SnapshotsVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshots", abstract: "List the snapshots of a store, or choose the current one.",
    discussion: """
      The current snapshot is what latest means, and what queries, exports and serve answer \
      from. run and score move it, unless their date lies before its date; --current moves \
      it anywhere, at once.
      """)

  @OptionGroup var target: StoreArgument
  @Option(
    help: ArgumentHelp("Make this snapshot the current one: its name or date.", valueName: "name"))
  var current: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try current.map(moveCurrent) ?? Store.open(at: target.store)
    let snapshots = store.manifest.snapshots
    let currentName = store.currentSnapshot?.name
    if common.json {
      let rows = snapshots.map { entry -> JSON in
        [
          "name": .string(entry.name), "asOf": .string(Day.text(entry.asOf)),
          "customers": JSON(entry.rowCount), "current": JSON(entry.name == currentName),
        ]
      }
      let report: JSON = [
        "store": .string(store.path), "batches": JSON(store.manifest.batches.count),
        "customers": JSON(store.customerCount), "snapshots": .array(rows),
      ]
      return try printText(report.compactText + "\n")
    }
    var table = TextTable(
      columns: [.left("snapshot"), .left("as of"), .right("customers"), .left("")])
    for entry in snapshots {
      table.append([
        entry.name, Day.text(entry.asOf), groupedText(entry.rowCount),
        entry.name == currentName ? "current" : "",
      ])
    }
    try printText(
      snapshots.isEmpty ? "no snapshots yet; make one with `strata score`\n" : table.text)
  }

  private func moveCurrent(_ name: String) throws -> Store {
    var writer = try Store.open(at: target.store).lockForWriting()
    printNotes(writer.notes)
    _ = try writer.makeCurrent(name)
    let store = writer.store
    try writer.close()
    return store
  }
}

struct VerifyVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Read and check every byte of a store.",
    discussion: "Names each damaged file, block and offset; exits with 65 when anything is damaged."
  )

  @OptionGroup var target: StoreArgument
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let verification = try Store.verify(at: target.store)
    printNotes(verification.notes)
    if common.json {
      let report: JSON = [
        "clean": JSON(verification.isClean), "files": JSON(verification.fileCount),
        "blocks": JSON(verification.blockCount), "bytes": JSON(verification.byteCount),
        "damages": .array(verification.damages.map { .string("\($0)") }),
      ]
      try printText(report.compactText + "\n")
    } else {
      for damage in verification.damages { try printText("\(damage)\n") }
      try printText(
        "\(groupedText(verification.fileCount)) files, \(groupedText(verification.blockCount)) "
          + "blocks, \(byteCountText(verification.byteCount)) read: "
          + (verification.isClean ? "clean\n" : "\(verification.damages.count) damages\n"))
    }
    if !verification.isClean { throw ExitCode(ExitStatus.badData.rawValue) }
  }
}

struct CollectVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Remove all but the latest snapshots and the current one.")

  @OptionGroup var target: StoreArgument

  @Option(help: "Snapshots to keep; the latest and the current one are always kept.")
  var keep: Int

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if keep < 1 { throw ValidationError("--keep takes a number from 1 on, not \(keep)") }
  }

  func run() throws {
    var writer = try Store.open(at: target.store).lockForWriting()
    let collected = try writer.collect(keepingSnapshots: keep)
    printNotes(writer.notes)
    if common.json {
      let report: JSON = [
        "removed": .array(collected.snapshots.map { .string($0.name) }),
        "bytes": JSON(collected.byteCount),
      ]
      return try printText(report.compactText + "\n")
    }
    for entry in collected.snapshots { try printText("removed snapshot \(entry.name)\n") }
    try printText("\(byteCountText(collected.byteCount)) freed\n")
  }
}
