import Columns
import Export
import Foundation
import JSONText
import Testing

@testable import Changes

@Suite struct EventTests {
  private static let ids = StringTable((0..<600).map { "c\($0)" })

  private func events(seed: UInt64 = 1) throws -> ChangeEvents {
    let (before, after) = try ChangeFixture.pair(seed: seed)
    return ChangeEvents(try Comparison(before: before.side, after: after.side), ids: Self.ids)
  }

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strata-changes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func lines(_ url: URL) throws -> [JSON] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
      try JSON.parse(Array($0.utf8))
    }
  }

  @Test func everyChangeIsOneEventAndNothingElseIs() throws {
    let (before, after) = try ChangeFixture.pair(seed: 3)
    let comparison = try Comparison(before: before.side, after: after.side)
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("events.jsonl")
    try ChangeEvents(comparison, ids: Self.ids).write(to: .file(file.path))
    let lines = try lines(file)
    let matrix = comparison.matrix
    #expect(lines.count == matrix.movedCount + matrix.newCount + matrix.lostCount)
    #expect(lines[0].objectValue?.map(\.name) == ChangeEvents.names)
    for line in lines {
      let code = UInt32(line["customer"]!.stringValue!.dropFirst())!
      let old = before.buyers.firstIndex { $0.code == code }.map { before.segments[$0] }
      let new = after.buyers.firstIndex { $0.code == code }.map { after.segments[$0] }
      #expect(line["from"]?.stringValue == old)
      #expect(line["to"]?.stringValue == new)
      #expect(old != new)
      #expect(line["action"]?.stringValue == new.map { "do \($0)" })
      #expect(line["owner"] == .null)
      #expect(line["at"]?.stringValue == Day.text(20_030))
      if old == nil { #expect(line["cause"]?.stringValue == "new") }
      if new == nil { #expect(line["cause"]?.stringValue == "lost") }
    }
    // In the order of the customers' rows, which is that of their ids.
    let order = after.buyers.map(\.code)
    let places = lines.compactMap { line in
      order.firstIndex(of: UInt32(line["customer"]!.stringValue!.dropFirst())!)
    }
    #expect(places == places.sorted())
  }

  @Test func idsRepeatAndDifferFromEachOther() throws {
    let first = try events().frame
    let again = try events().frame
    guard case .text(let a)? = first["id"]?.values, case .text(let b)? = again["id"]?.values
    else {
      Issue.record("ids are text")
      return
    }
    #expect(a.array == b.array)
    #expect(Set(a.array).count == a.count)
    #expect(a.array.allSatisfy { $0.count == 16 })
    let (before, after) = try ChangeFixture.pair(seed: 1)
    let later = SnapshotSide(
      name: "after", asOf: 20_031, codes: after.side.codes, frame: after.side.frame,
      record: after.side.record)
    let other = ChangeEvents(try Comparison(before: before.side, after: later), ids: Self.ids)
    guard case .text(let c)? = other.frame["id"]?.values else { return }
    #expect(Set(c.array).isDisjoint(with: a.array))
  }

  @Test func anAlertRunsItsCommandOnceOnTheEventsThatMeetIt() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = folder.appendingPathComponent("log").path
    let script = "echo \"$# $1\" >> '\(log)'; exit 3"
    let events = try events()
    let alert = try Alert(
      name: "slipping", when: "from = 'Loyal' AND orders > 3 AND NOT cause = 'lost'",
      command: ["sh", "-c", script, "sh"])
    let path = folder.appendingPathComponent("events.slipping.jsonl").path
    let outcome = try alert.run(events, path: path)
    #expect(outcome.eventCount > 0)
    #expect(outcome.status == 3)
    #expect(outcome.hasFailed)
    let lines = try lines(URL(fileURLWithPath: path))
    #expect(lines.count == outcome.eventCount)
    #expect(lines.allSatisfy { $0["from"]?.stringValue == "Loyal" })
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "1 \(path)\n")

    // Nobody meets the condition now: the old file goes, and nothing runs.
    let never = try Alert(name: "never", when: "orders > 10000", command: alert.command)
    let quiet = try never.run(events, path: path)
    #expect(quiet == Alert.Outcome(name: "never", eventCount: 0, path: nil, status: nil))
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "1 \(path)\n")
  }

  @Test func aCommandThatIsNotThereIs127OneThatCannotStart126AndASignal128AndMore() throws {
    #expect(runCommand(["/nonexistent/strata-alert", "x"]) == 127)
    #expect(runCommand(["/", "x"]) == 126)
    #expect(runCommand(["sh", "-c", "kill -9 $$"]) == 137)
    #expect(runCommand(["true"]) == 0)
  }

  @Test func aBadAlertSaysWhatIsWrong() throws {
    #expect(throws: ChangesError.self) { try Alert(name: "", when: "true", command: ["x"]) }
    #expect(try Alert(name: "../a b 流失", when: "true", command: ["x"]).fileName == "---a-b-流失")
    #expect(throws: ChangesError.self) { try Alert(name: "a", when: "true", command: []) }
    let alert = try Alert(name: "a", when: "frm = 'x'", command: ["true"])
    let error = #expect(throws: ChangesError.self) { try alert.selection(events()) }
    #expect("\(String(describing: error))".contains("frm"))
  }

  @Test func aCommandLineIsSplitWithoutAShell() {
    #expect(
      Alert.words("mail -s 'At risk' \"a b\"c $HOME") == ["mail", "-s", "At risk", "a bc", "$HOME"])
    #expect(Alert.words("  ") == [])
    #expect(Alert.words("''") == [""])
  }
}
