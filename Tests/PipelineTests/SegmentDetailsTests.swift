import Columns
import JSONText
import Models
import Testing

@testable import Pipeline

@Suite struct SegmentDetailsTests {
  private static let record: JSON = [
    "taxonomies": [
      [
        "name": "care", "column": "segment", "otherwise": "Rest",
        "segments": [
          ["name": "Key", "label": "our best", "owner": "Ada", "action": "call"],
          ["name": "Back", "label": "Back", "owner": "Bo"],
          ["name": "Rest", "label": "Rest", "owner": "Ada"],
        ],
      ],
      [
        "name": "abc", "column": "abc",
        "segments": [["name": "A", "label": "makes the first 80% of revenue"]],
      ],
    ]
  ]

  private static let segments = Column(
    "segment",
    .string(.uint8(AlignedBuffer<UInt8>([2, 0, 1, 0])), StringTable(["Key", "Back", "Rest"])))

  private func texts(_ column: Column) -> [String?] {
    guard case .string(let codes, let table) = column.values else { return [] }
    return (0..<column.rowCount).map { column.isNull($0) ? nil : table[codes[$0]] }
  }

  @Test func everyKeyThatASegmentHasIsAColumnBesideIt() {
    let details = SegmentDetails(SegmentDetailsTests.record)
    let columns = details.columns(beside: SegmentDetailsTests.segments)
    #expect(columns.map(\.name) == ["segment_label", "segment_action", "segment_owner"])
    #expect(texts(columns[0]) == ["Rest", "our best", "Back", "our best"])
    #expect(texts(columns[1]) == [nil, "call", nil, "call"])
    #expect(texts(columns[2]) == ["Ada", "Ada", "Bo", "Ada"])
    #expect(details.sources.map(\.name) == columns.map(\.name))
  }

  @Test func segmentsOfOneOwnerShareACodeSoThatGroupsAreWhole() {
    let details = SegmentDetails(SegmentDetailsTests.record)
    let owners = details.columns(beside: SegmentDetailsTests.segments) { $0 == "segment_owner" }
    guard case .string(_, let table)? = owners.first?.values else {
      Issue.record("owners are a dictionary")
      return
    }
    #expect(table.array == ["Ada", "Bo"])
  }

  @Test func aPresetAsItIsMakesNoColumns() {
    let details = SegmentDetails(SegmentDetailsTests.record)
    #expect(details.columns(beside: SegmentDetailsTests.segments.renamed("abc")).isEmpty)
    #expect(SegmentDetails([:]).columns(beside: SegmentDetailsTests.segments).isEmpty)
  }

  @Test func aColumnOfThatNameThatIsThereAlreadyIsKept() {
    let ids = StringTable(["a", "b", "c", "d"])
    let own = Column("Segment_Owner", .int32(AlignedBuffer<Int32>([1, 2, 3, 4])))
    let frame = SnapshotColumns.frame(
      ids: ids, stored: Frame(rowCount: 4, columns: [SegmentDetailsTests.segments, own]), asOf: 0,
      bins: .init(recency: 5, frequency: 5, monetary: 5),
      details: SegmentDetails(SegmentDetailsTests.record))
    #expect(
      frame.names == [
        "customer_id", "segment", "segment_label", "segment_action", "Segment_Owner",
      ])
  }
}
