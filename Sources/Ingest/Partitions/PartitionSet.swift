import Kernels
import Synchronization

/// All partitions, their rows' memory and, past the memory limit, their spill file.
final class PartitionSet {
  let layout: RowLayout
  let partitions: [Partition]
  private let memories: WorkerPool<RowMemory>
  private let options: IngestOptions
  private let compactPrefix: CompactPrefix?
  /// Codes that ids name themselves; nil where they do not.
  let direct: DirectRanges?
  let directPool = SegmentPool()
  let scratches = WorkerPool { RowScratch() }
  private(set) var spill: SpillFile?
  var temporaryDirectory: String { options.temporaryDirectory }

  init(
    layout: RowLayout, partitionCount: Int, compactPrefix: CompactPrefix?, direct: DirectRanges?,
    options: IngestOptions
  ) {
    let direct = compactPrefix == nil ? nil : direct
    self.direct = direct
    self.compactPrefix = direct == nil ? compactPrefix : nil
    self.layout = layout
    self.options = options
    partitions = (0..<partitionCount).map {
      Partition(layout: layout, number: $0, direct: direct)
    }
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
    var freed: [UnsafeMutablePointer<UInt64>] = []
    for output in outputs {
      partition.takeDirect(output.takeDirectSegments(of: p), &freed)
      if let prefix = compactPrefix {
        for records in output.compactSegments(of: p) {
          partition.takeCompact(records, prefix: prefix, memory)
        }
      }
      for records in output.segments(of: p) { partition.take(records, memory) }
    }
    directPool.put(freed)
  }

  private func spillIfNeeded() throws(IngestError) {
    let rowByteCount = partitions.reduce(0) { total, partition in
      total + partition.segments.count * Partition.segmentWordCount * 8
        + partition.directSegments.count * DirectSegment.byteCount
    }
    if rowByteCount <= options.memoryLimitByteCount / 2 { return }
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
      me.scratches.lend { scratch in
        do throws(IngestError) {
          // One write a partition.
          let segments = partition.segments + partition.directSegments
          let rows = scratch.rows(segments.reduce(0) { $0 + $1.wordCount })
          var all = RowSegment(words: rows, wordCount: 0)
          for segment in segments {
            (rows + all.wordCount).update(from: segment.words, count: segment.wordCount)
            all.wordCount += segment.wordCount
          }
          if all.wordCount > 0 { partition.extents.append(try file.append(all)) }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    // The memory is used again, by whichever worker asks first.
    memories.lend { memory in
      for partition in partitions {
        for segment in partition.segments { memory.slabs.put(segment.words) }
        partition.segments = []
        directPool.put(partition.directSegments.map { $0.words - layout.rowWordCount })
        partition.directSegments = []
      }
    }
  }
}

extension PartitionSet {
  /// Finds every partition's customers, and their rows' counts.
  func sortCustomers() throws(IngestError) {
    let failure = Mutex<IngestError?>(nil)
    // SAFETY: each task touches its own partition, each worker its own scratch.
    nonisolated(unsafe) let me = self
    Parallel.perform(partitions.count) { p in
      let partition = me.partitions[p]
      me.scratches.lend { scratch in
        do throws(IngestError) {
          let spilled = try SpilledRows(
            partition.layout.isPacked ? partition.extents : [], me.spill)
          partition.customers = withExtendedLifetime(spilled) {
            PartitionCustomers(partition, spilled: spilled.segments, scratch)
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
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
