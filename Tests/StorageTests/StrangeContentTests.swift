import Columns
import Glibc
import JSONText
import Kernels
import Testing

@testable import Storage

/// What no writer wrote, under right checksums: an error or a store, never a trap.
@Suite("Strange content")
struct StrangeContentTests {
  private static let values: [JSON] = [
    .null, true, 0, 1, -1, 2, 4_294_967_296, .integer(.max), .integer(.min), 1.5, "", "x",
    "9999-12-31", "0000-01-01", "2024-10-14.1", "batches/000001", "forgotten/key",
    "xxh3-64:0000000000000000", "0000000000000000", [], ["batches/000002"], .object([]),
    ["number": 1],
  ]

  /// The same value with one place in it, drawn, of another value, gone, or twice there.
  private func changed(_ json: JSON, _ random: inout RandomStream) -> JSON {
    let values = StrangeContentTests.values
    let other = values[random.nextIndex(below: values.count)]
    switch json {
    case .object(var members) where !members.isEmpty && random.nextIndex(below: 8) > 0:
      let index = random.nextIndex(below: members.count)
      switch random.nextIndex(below: 6) {
      case 0: members.remove(at: index)
      case 1: members.append(members[index])
      default:
        members[index] = JSON.Member(members[index].name, changed(members[index].value, &random))
      }
      return .object(members)
    case .array(var elements) where !elements.isEmpty && random.nextIndex(below: 8) > 0:
      let index = random.nextIndex(below: elements.count)
      switch random.nextIndex(below: 6) {
      case 0: elements.remove(at: index)
      case 1: elements.append(elements[index])
      default: elements[index] = changed(elements[index], &random)
      }
      return .array(elements)
    default: return other
    }
  }

  @Test("A manifest or a journal of any content is an error or is read")
  func manifests() throws {
    let directory = TemporaryDirectory()
    let path = try GoldenTests.copy("store-v2", to: directory)
    let original = try contents(of: path)
    var random = RandomStream(seed: 11)
    for (name, identity) in [
      ("manifest.json", Manifest.identity), ("journal.json", Journal.identity),
    ] {
      let bytes = original[name]!
      let members = try JSON.parse(bytes).objectValue!.dropLast()
      for _ in 0..<400 {
        var json = changed(.object(Array(members)), &random)
        if random.nextIndex(below: 2) == 0 { json = changed(json, &random) }
        guard let changedMembers = json.objectValue else { continue }
        try overwrite(
          path + "/" + name, with: SealedJSON.seal(changedMembers, identity: identity).bytes)
        _ = try? Store.verify(at: path)
        if var writer = try? Store.open(at: path).lockForWriting() {
          _ = try? writer.store.loadAttributes()
          _ = try? writer.commit(
            Publication(snapshots: [SnapshotDraft(asOf: 20_012, frame: Frame(rowCount: 0))]))
          try? writer.close()
        }
        // Nothing of the original may be gone but what was named as removed.
        for file in original.keys where file.hasPrefix("batches/") {
          #expect(try SystemCalls.real.exists(path + "/" + file) || name == "journal.json")
        }
        try restore(path, original)
      }
    }
    #expect(try Store.verify(at: path).isClean)
  }

  private func restore(_ path: String, _ original: [String: [UInt8]]) throws {
    let now = try contents(of: path)
    for name in now.keys where original[name] == nil { unlink(path + "/" + name) }
    for folder in Manifest.folders {
      for name in try SystemCalls.real.list(path + "/" + folder)
      where !original.keys.contains(where: { $0.hasPrefix(folder + "/" + name) }) {
        rmdir(path + "/" + folder + "/" + name)
      }
    }
    for (name, bytes) in original where now[name] != bytes {
      let parent = name.split(separator: "/").dropLast().joined(separator: "/")
      if !parent.isEmpty { mkdir(path + "/" + parent, 0o755) }
      try overwrite(path + "/" + name, with: bytes)
    }
  }
}
