import Kernels
import Synchronization

/// All partitions, their rows' memory and, past the memory limit, their spill file.
final class PartitionSet {
  let layout: RowLayout
  let partitions: [Partition]
  private let memories: WorkerPool<RowMemory>
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
    memories = WorkerPool { RowMemory() }
  }

  /// Takes what the tasks of a wave made, in their order.
  func take(_ outputs: ArraySlice<TaskOutput>) throws(IngestError) {
    // SAFETY: each task of the loop touches its own partition, each worker its own slabs.
    nonisolated(unsafe) let outputs = outputs
    nonisolated(unsafe) let me = self
    Parallel.perform(partitions.count) { p in
      me.memories.lend { memory in me.take(outputs, partition: p, memory) }
    }
    let rowCount = partitions.reduce(0) { $0 + $1.rowCount }
    if rowCount > IngestLimits.rowCount {
      throw IngestError(
        .badData, "more rows than a batch holds", found: "\(rowCount) rows so far",
        expected: "at most \(IngestLimits.rowCount)", advice: "Ingest the files one by one")
    }
    try spillIfNeeded()
  }

  private func take(_ outputs: ArraySlice<TaskOutput>, partition p: Int, _ memory: RowMemory) {
    let partition = partitions[p]
    for output in outputs {
      if let prefix = compactPrefix {
        for records in output.compactSegments(of: p) {
          partition.takeCompact(records, prefix: prefix, memory)
        }
      }
      for records in output.segments(of: p) { partition.take(records, memory) }
    }
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
    memories.lend { memory in
      for partition in partitions {
        for segment in partition.segments { memory.slabs.put(segment.words) }
        partition.segments = []
      }
    }
  }
}

/// Memory that one worker at a time cuts rows' segments from, and scratch.
final class RowMemory {
  let slabs = Slabs(segmentWordCount: Partition.segmentWordCount)
  let widened: UnsafeMutablePointer<UInt64>
  let misfits: UnsafeMutablePointer<UInt64>

  init() {
    widened = .allocate(capacity: 2 * TaskOutput.segmentWordCount)
    misfits = .allocate(capacity: TaskOutput.segmentWordCount)
  }

  deinit {
    widened.deallocate()
    misfits.deallocate()
  }
}
