import Columns
import Storage
import Testing

@testable import Pipeline

/// Which snapshot readers answer from, and that what is built on for the next does not depend on it.
@Suite struct CurrentSnapshotTests {
  private let first = "customer,date,amount\na,2026-01-01,10\nb,2026-01-05,20\na,2026-01-09,5\n"
  private let second = "customer,date,amount\nb,2026-01-20,7\nc,2026-01-21,9\n"
  private let third = "customer,date,amount\na,2026-02-01,3\nc,2026-02-02,4\n"

  private func day(_ text: String) -> Int32 { Day.parse(text)! }

  private func plain(_ shop: TestStore, asOf: String?) throws -> SnapshotReader {
    try shop.score {
      $0.value = nil
      $0.clustering = nil
      $0.asOf = asOf.map(day)
    }
  }

  @Test func aPastDateDoesNotMoveIt() throws {
    let shop = try TestStore()
    try shop.ingest(first)
    try shop.ingest(second)
    let latest = try plain(shop, asOf: nil)
    #expect(try shop.opened().currentSnapshot == latest.entry)
    _ = try plain(shop, asOf: "2026-01-10")
    #expect(try shop.opened().currentSnapshot == latest.entry)
    let again = try plain(shop, asOf: nil)
    #expect(again.entry.sequence == 2)
    #expect(try shop.opened().currentSnapshot == again.entry)
  }

  @Test(arguments: ["2026-01-09", "2026-01-21", "9999-12-31"])
  func incrementalIsWholeWhicheverIsCurrent(current: String) throws {
    var frames: [Frame] = []
    for isIncremental in [true, false] {
      let shop = try TestStore()
      try shop.ingest(first)
      if isIncremental { _ = try plain(shop, asOf: "2026-01-09") }
      try shop.ingest(second)
      if isIncremental {
        _ = try plain(shop, asOf: "2026-01-21")
        _ = try plain(shop, asOf: "9999-12-31")
        var writer = try shop.opened().lockForWriting()
        try writer.makeCurrent(current)
        try writer.close()
        // What is built on is the latest that is not after the date, whichever is current.
        let basis = try SummaryState.basis(shop.opened(), asOf: day("2026-02-02"))
        #expect(basis?.summary.asOf == day("2026-01-21"))
        #expect(try SummaryState.basis(shop.opened(), asOf: day("2026-01-08")) == nil)
      }
      try shop.ingest(third)
      frames.append(try plain(shop, asOf: "2026-02-02").frame)
    }
    #expect(frames[0].names == frames[1].names)
    for (a, b) in zip(frames[0].columns, frames[1].columns) {
      #expect(texts(a) == texts(b), "\(a.name)")
    }
  }

  private func texts(_ column: Column) -> [String] {
    (0..<column.rowCount).map { row in
      if column.isNull(row) { return "null" }
      return switch column.values {
      case .text(let table): table[row]
      case .string(let codes, let table): table[Int(codes[row])]
      case .int32(let values), .day(let values): "\(values[row])"
      case .money(let values), .int64(let values): "\(values[row])"
      case .uint8(let values): "\(values[row])"
      case .float64(let values): "\(values[row])"
      default: column.type.name
      }
    }
  }
}
