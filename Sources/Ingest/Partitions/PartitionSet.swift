import Kernels
import Synchronization

/// All partitions, their rows' memory and, past the memory limit, their spill file.
final class PartitionSet {
  let layout: RowLayout
  let partitions: [Partition]
  private let slabs: [Slabs]
  private let scratch: [UnsafeMutablePointer<UInt64>]
  private let options: IngestOptions
  private let compactPrefix: CompactPrefix?
  private(set) var spill: SpillFile?

  init(
    layout: RowLayout, partitionCount: Int, compactPrefix: CompactPrefix?, options: IngestOptions
  ) {
    self.compactPrefix = compactPrefix
    self.layout = layout
    self.options = options
    partitions = (0..<partitionCount).map { _ in Partition(layout: layout) }
    slabs = (0..<Parallel.threadCount).map { _ in
      Slabs(segmentWordCount: Partition.segmentWordCount)
    }
    scratch = (0..<Parallel.threadCount).map { _ in
      .allocate(capacity: 3 * TaskOutput.segmentWordCount)
    }
  }

  deinit {
    for pointer in scratch { pointer.deallocate() }
  }

  /// Takes what the tasks of a wave made, in their order.
  func take(_ outputs: ArraySlice<TaskOutput>) throws(IngestError) {
    // SAFETY: each task of the loop touches its own partition, each worker its own slabs.
    nonisolated(unsafe) let outputs = outputs
    nonisolated(unsafe) let me = self
    Parallel.perform(partitions.count) { worker, p in
      for output in outputs {
        if let prefix = me.compactPrefix {
          for records in output.compactSegments(of: p) {
            me.partitions[p].takeCompact(
              records, prefix: prefix, slabs: me.slabs[worker], scratch: me.scratch[worker],
              wideScratch: me.scratch[worker] + 2 * TaskOutput.segmentWordCount)
          }
        }
        for records in output.segments(of: p) {
          me.partitions[p].take(
            records, slabs: me.slabs[worker], wideScratch: me.scratch[worker])
        }
      }
    }
    let rowCount = partitions.reduce(0) { $0 + $1.rowCount }
    if rowCount > IngestLimits.rowCount {
      throw IngestError(
        .badData, "more rows than a batch holds", found: "\(rowCount) rows so far",
        expected: "at most \(IngestLimits.rowCount)", advice: "Ingest the files one by one")
    }
    try spillIfNeeded()
  }

  private func spillIfNeeded() throws(IngestError) {
    let rowByteCount = partitions.reduce(0) { total, partition in
      total + partition.segments.count * Partition.segmentWordCount * 8
    }
    if rowByteCount <= options.memoryLimitByteCount { return }
    let file: SpillFile
    if let spill {
      file = spill
    } else {
      file = try SpillFile(directory: options.temporaryDirectory)
      spill = file
    }
    let failure = Mutex<IngestError?>(nil)
    nonisolated(unsafe) let me = self
    Parallel.perform(partitions.count) { p in
      let partition = me.partitions[p]
      do throws(IngestError) {
        for segment in partition.segments where segment.wordCount > 0 {
          partition.extents.append(try file.append(segment))
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    // The memory is used again, by whichever worker asks first.
    for partition in partitions {
      for (i, segment) in partition.segments.enumerated() {
        slabs[i % slabs.count].put(segment.words)
      }
      partition.segments = []
    }
  }
}
