import Columns
import Kernels

/// Parts of a batch that can be sorted one by one, in the order of their customers' codes.
protocol SortedParts {
  var parts: [IngestPart] { get }

  /// Puts a part's rows at `place` and what follows; `starts` become the first rows of its customers, counted from
  /// there, and the number of rows; `codes` their codes. Different parts may be filled at the same time.
  func fill(
    _ part: Int, _ columns: RowColumns, at place: Int, starts: UnsafeMutablePointer<UInt32>,
    codes: UnsafeMutablePointer<UInt32>, _ scratch: RowScratch
  ) throws(IngestError)
}

/// Partitions whose codes count up: each is a part.
struct PartitionParts: SortedParts {
  private let partitions: PartitionSet
  private let filled: [Int]
  let parts: [IngestPart]
  private let extras: [KeptColumn]

  init(
    _ partitions: PartitionSet, _ filled: [Int], _ parts: [IngestPart], extras: [KeptColumn]
  ) {
    self.partitions = partitions
    self.filled = filled
    self.parts = parts
    self.extras = extras
  }

  func fill(
    _ part: Int, _ columns: RowColumns, at place: Int, starts: UnsafeMutablePointer<UInt32>,
    codes: UnsafeMutablePointer<UInt32>, _ scratch: RowScratch
  ) throws(IngestError) {
    let partition = partitions.partitions[filled[part]]
    try PartitionRows(partition, spill: partitions.spill, extras: extras).fill(
      columns, at: place, starts: starts, scratch)
    for (k, code) in parts[part].customers.enumerated() { codes[k] = UInt32(code) }
    partition.dropRows()
  }
}
