package import Columns

/// The segment of every customer, as codes into names.
package struct SegmentAssignment: Sendable {
  /// The taxonomy's name.
  package let taxonomy: String
  /// Segments in order; a preset's last is `Prospect`, whether or not there are any.
  package let names: [String]
  /// What reports show beside a name; the name itself where there is nothing to add.
  package let labels: [String]
  package let codes: AlignedBuffer<UInt8>

  package init(
    taxonomy: String, names: [String], labels: [String], codes: AlignedBuffer<UInt8>
  ) {
    precondition(names.count == labels.count && names.count <= 256, "a label a name, at most 256")
    self.taxonomy = taxonomy
    self.names = names
    self.labels = labels
    self.codes = codes
  }

  /// The column `segment`.
  package var column: Column { column(named: "segment") }

  /// The segments as a dictionary column.
  package func column(named name: String) -> Column {
    Column(name, .string(.uint8(codes), StringTable(names)))
  }
}
