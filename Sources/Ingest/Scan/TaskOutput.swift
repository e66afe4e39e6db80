import Kernels

/// What one task made of its part of a file: records by partition, rejects, counts. Reused from wave to wave.
final class TaskOutput {
  let partitionCount: Int
  let heads: UnsafeMutablePointer<PartitionHead>
  private let slabs = Slabs(segmentWordCount: TaskOutput.segmentWordCount)
  private var segmentsOfPartition: [[RowSegment]]
  /// Addresses of the next compact records; see `CompactRecord`.
  let compactHeads: UnsafeMutablePointer<UInt>
  private var compactSegmentsOfPartition: [[RowSegment]]
  /// Addresses of the next rows with direct codes; see `DirectSegment`.
  let directHeads: UnsafeMutablePointer<UInt>
  // SAFETY: while partitions take what is theirs, each touches its own entry.
  private let directSegmentsOfPartition: UnsafeMutablePointer<[RowSegment]>
  private let directPool: SegmentPool
  /// Words of a row with a direct code.
  private let directRowWordCount: Int
  private var spareDirectSegments: [UnsafeMutablePointer<UInt64>] = []

  /// Offset of the first row that starts in the task's range, or after it; and of the first row not taken.
  var firstRow = 0
  var nextRow = 0
  /// Newlines between the two.
  var lineCount = 0
  var counts = RowCounts()
  /// With lines counted from the task's first row (0-based).
  var rejects: [RejectedRow] = []
  var error: IngestError?

  /// Words of a segment: room for a record with the longest id.
  static let segmentWordCount = CompactRecord.segmentByteCount / 8

  init(partitionCount: Int, directPool: SegmentPool, directRowWordCount: Int) {
    self.directPool = directPool
    self.directRowWordCount = directRowWordCount
    directHeads = .allocate(capacity: partitionCount)
    directHeads.initialize(repeating: 0, count: partitionCount)
    directSegmentsOfPartition = .allocate(capacity: partitionCount)
    directSegmentsOfPartition.initialize(repeating: [], count: partitionCount)
    self.partitionCount = partitionCount
    heads = .allocate(capacity: partitionCount)
    segmentsOfPartition = Array(repeating: [], count: partitionCount)
    compactHeads = .allocate(capacity: partitionCount)
    compactSegmentsOfPartition = segmentsOfPartition
    reset()
  }

  deinit {
    heads.deallocate()
    compactHeads.deallocate()
    directHeads.deallocate()
    directSegmentsOfPartition.deinitialize(count: partitionCount)
    directSegmentsOfPartition.deallocate()
  }

  /// Forgets everything but the memory.
  func reset() {
    slabs.reset()
    let nowhere = UnsafeMutablePointer<UInt64>(bitPattern: 64)!
    for p in 0..<partitionCount {
      segmentsOfPartition[p].removeAll(keepingCapacity: true)
      heads[p] = PartitionHead(next: nowhere, end: nowhere)
      compactSegmentsOfPartition[p].removeAll(keepingCapacity: true)
      compactHeads[p] = 0
      // What was not taken is of rows that are scanned again.
      for segment in takeDirectSegments(of: p) {
        spareDirectSegments.append(segment.words - directRowWordCount)
      }
    }
    firstRow = 0
    nextRow = 0
    lineCount = 0
    counts = RowCounts()
    rejects.removeAll()
    error = nil
  }

  /// Gives a partition an empty segment to append to.
  func addSegment(to partition: Int) {
    closeSegment(of: partition)
    let words = slabs.take()
    segmentsOfPartition[partition].append(RowSegment(words: words, wordCount: 0))
    heads[partition] = PartitionHead(next: words, end: words + TaskOutput.segmentWordCount)
  }

  /// The partition's segments; nothing is appended to them after this.
  func segments(of partition: Int) -> [RowSegment] {
    closeSegment(of: partition)
    return segmentsOfPartition[partition]
  }

  private func closeSegment(of partition: Int) {
    let last = segmentsOfPartition[partition].count - 1
    guard last >= 0 else { return }
    let segment = segmentsOfPartition[partition][last]
    segmentsOfPartition[partition][last].wordCount = heads[partition].next - segment.words
  }

  /// Gives a partition an empty segment for compact records.
  func addCompactSegment(to partition: Int) {
    closeCompactSegment(of: partition)
    let words = slabs.take() + CompactRecord.wordCount
    compactSegmentsOfPartition[partition].append(RowSegment(words: words, wordCount: 0))
    compactHeads[partition] = UInt(bitPattern: words)
  }

  /// The partition's segments of compact records; nothing is appended to them after this.
  func compactSegments(of partition: Int) -> [RowSegment] {
    closeCompactSegment(of: partition)
    return compactSegmentsOfPartition[partition]
  }

  private func closeCompactSegment(of partition: Int) {
    let last = compactSegmentsOfPartition[partition].count - 1
    guard last >= 0 else { return }
    let start = UInt(bitPattern: compactSegmentsOfPartition[partition][last].words)
    compactSegmentsOfPartition[partition][last].wordCount =
      Int(compactHeads[partition] - start) / 8
  }

  /// Gives a partition an empty segment for rows with direct codes.
  func addDirectSegment(to partition: Int) {
    closeDirectSegment(of: partition)
    if spareDirectSegments.isEmpty { spareDirectSegments = directPool.take(16) }
    let words = spareDirectSegments.removeLast() + directRowWordCount
    directSegmentsOfPartition[partition].append(RowSegment(words: words, wordCount: 0))
    directHeads[partition] = UInt(bitPattern: words)
  }

  /// The partition's rows with direct codes, whose memory is the taker's from now on.
  func takeDirectSegments(of partition: Int) -> [RowSegment] {
    if directHeads[partition] == 0 { return [] }
    closeDirectSegment(of: partition)
    directHeads[partition] = 0
    let segments = directSegmentsOfPartition[partition]
    directSegmentsOfPartition[partition] = []
    return segments
  }

  private func closeDirectSegment(of partition: Int) {
    let last = directSegmentsOfPartition[partition].count - 1
    guard last >= 0 else { return }
    let start = UInt(bitPattern: directSegmentsOfPartition[partition][last].words)
    directSegmentsOfPartition[partition][last].wordCount =
      Int(directHeads[partition] - start) / 8
  }

  /// Appends a record; `fixed` are its words before the id.
  func append(
    partition: Int, fixed: UnsafeBufferPointer<UInt64>, id: UnsafeBufferPointer<UInt64>
  ) {
    let wordCount = fixed.count + id.count
    if heads[partition].end - heads[partition].next < wordCount { addSegment(to: partition) }
    let next = heads[partition].next
    next.update(from: fixed.baseAddress!, count: fixed.count)
    (next + fixed.count).update(from: id.baseAddress!, count: id.count)
    heads[partition].next = next + wordCount
  }
}

/// How many rows became what.
struct RowCounts {
  var accepted = 0
  var rejected = 0
  var filtered = 0
  var returnsDropped = 0
  var rounded = 0
  var blankLines = 0

  var read: Int { accepted + rejected + filtered }

  mutating func add(_ other: RowCounts) {
    accepted += other.accepted
    rejected += other.rejected
    filtered += other.filtered
    returnsDropped += other.returnsDropped
    rounded += other.rounded
    blankLines += other.blankLines
  }
}
