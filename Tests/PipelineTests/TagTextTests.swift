import Columns
import Kernels
import Testing

@testable import Pipeline

@Suite struct TagTextTests {
  /// What each row's tags are, tag by tag.
  private func naive(_ tags: [(name: String, bitmap: Bitmap)], _ row: Int) -> String? {
    let names = tags.filter { $0.bitmap[row] }.map(\.name)
    return names.isEmpty ? nil : names.joined(separator: ";")
  }

  @Test(arguments: [1, 3, 64, 65, 130])
  func tagsAreJoinedInTheOrderOfTheirDefinition(_ tagCount: Int) {
    let count = 70_003
    let tags = (0..<tagCount).map { tag in
      (name: "t\(tag)", bitmap: Bitmap(count: count) { $0 % (tag * 7 + 3) == tag % 3 })
    }
    let column = SnapshotColumns.tagText(tags, rowCount: count)
    guard case .string(let codes, let table) = column.values else {
      Issue.record("tags are a dictionary")
      return
    }
    for row in stride(from: 0, to: count, by: 97) {
      let text = column.isNull(row) ? nil : table[codes[row]]
      #expect(text == naive(tags, row), "row \(row)")
    }
    #expect(Set(table.array).count == table.count)
  }

  @Test func withoutTagsEveryRowIsNull() {
    let none = [(name: "x", bitmap: Bitmap(repeating: false, count: 5))]
    let column = SnapshotColumns.tagText(none, rowCount: 5)
    #expect(column.nullCount == 5)
    #expect(SnapshotColumns.tagText(none.map { ($0.name, Bitmap([])) }, rowCount: 0).rowCount == 0)
  }
}
