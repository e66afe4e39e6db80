package import Columns
import Kernels
import Synchronization

/// What is known of a column file once it is written.
package struct ColumnFileSummary: Sendable, Equatable {
  package let type: ColumnType
  package let rowCount: Int
  package let byteCount: Int
  package let indexChecksum: UInt64
}

/// Writes column files: blocks are encoded and written in parallel, and the bytes are the same on any number
/// of threads.
package enum ColumnFileWriter {
  /// Writes one column to a new file, waits until it is on the disk, reads it back and checks it.
  @discardableResult
  package static func write(
    _ column: Column, to path: String, identity: FileIdentity, system: SystemCalls = .real
  ) throws(StorageError) -> ColumnFileSummary {
    let job = Job(source: ColumnSource(column), path: path, identity: identity)
    return try writeAll([job], system: system)[0]
  }

  struct Job {
    let source: ColumnSource
    let path: String
    let identity: FileIdentity
  }

  /// Writes several columns in one parallel loop; each file is then synchronised and checked on a thread of
  /// its own, while others wait for the disk.
  static func writeAll(
    _ jobs: [Job], system: SystemCalls
  ) throws(StorageError) -> [ColumnFileSummary] {
    var files: [FileInProgress] = []
    for job in jobs { files.append(try FileInProgress(job, system: system)) }
    var tasks: [(file: Int, block: Int)] = []
    for (index, file) in files.enumerated() {
      for block in 0..<file.encoder.header.blockCount { tasks.append((index, block)) }
    }
    let errors = FirstError()
    Parallel.perform(tasks.count) { task in
      let (file, block) = (files[tasks[task].file], tasks[task].block)
      let isDone = errors.attempt(task) { () throws(StorageError) in
        try ScratchPool.shared.borrow { scratch throws(StorageError) in
          try file.encodeAndWrite(block, scratch)
        }
      }
      if !isDone { file.fail() }
    }
    try errors.rethrow()
    let summaries = Mutex<[ColumnFileSummary?]>(Array(repeating: nil, count: files.count))
    BlockingThreads.perform(files.count) { index in
      errors.attempt(index) { () throws(StorageError) in
        let summary = try files[index].finishAndCheck()
        summaries.withLock { $0[index] = summary }
      }
    }
    try errors.rethrow()
    return summaries.withLock { $0.map { $0! } }
  }
}

/// A column file while its blocks are written.
private final class FileInProgress: Sendable {
  let encoder: BlockEncoder
  private let identity: FileIdentity
  private let system: SystemCalls
  private let file: File

  private struct Progress {
    var entries: [BlockEntry] = []
    var nextByteOffset = ColumnFileLayout.headerByteCount
    var writtenBlockCount = 0
    var hasFailed = false
  }
  private let progress = Mutex(Progress())

  init(_ job: ColumnFileWriter.Job, system: SystemCalls) throws(StorageError) {
    encoder = BlockEncoder(job.source, identity: job.identity, path: job.path)
    identity = job.identity
    self.system = system
    file = try File(job.path, .create, system: system)
  }

  func fail() { progress.withLock { $0.hasFailed = true } }

  /// Encodes a block, learns its place from the blocks before it, and writes it there.
  func encodeAndWrite(_ block: Int, _ scratch: BlockScratch) throws(StorageError) {
    if progress.withLock({ $0.hasFailed }) { return }
    var encoded = try encoder.encode(block, scratch)
    guard let byteOffset = place(&encoded.entry, block) else { return }
    try file.write(encoded.stored, at: byteOffset)
    let written = progress.withLock { progress in
      progress.writtenBlockCount += 1
      return progress.writtenBlockCount
    }
    // The disk starts while later blocks are encoded.
    if written == encoder.header.blockCount || written % 32 == 0 { file.startWriteBack() }
  }

  /// Waits for the sizes of the blocks before, which other workers are encoding now: tasks are handed out in
  /// order, so the wait is a fraction of a block's time. Nil when the file is given up.
  private func place(_ entry: inout BlockEntry, _ block: Int) -> Int? {
    while true {
      let state = progress.withLock { progress -> (isTurn: Bool, offset: Int?) in
        if progress.hasFailed { return (true, nil) }
        guard progress.entries.count == block else { return (false, nil) }
        entry.byteOffset = progress.nextByteOffset
        progress.nextByteOffset += entry.storedByteCount
        progress.entries.append(entry)
        return (true, entry.byteOffset)
      }
      if state.isTurn { return state.offset }
      yieldProcessor()
    }
  }

  /// Writes header, index and footer, synchronises, reads everything back and compares checksums.
  func finishAndCheck() throws(StorageError) -> ColumnFileSummary {
    let (entries, indexOffset) = progress.withLock { ($0.entries, $0.nextByteOffset) }
    var index = ByteWriter()
    for entry in entries { entry.append(to: &index) }
    let indexChecksum = Checksum.of(index.bytes, seed: identity.seed(.index))
    var footer = ByteWriter()
    footer.append(UInt64(indexOffset))
    footer.append(UInt32(entries.count))
    footer.append(UInt32(0))
    footer.append(indexChecksum)
    footer.append(Checksum.of(footer.bytes, seed: identity.seed(.footer)))
    footer.append(ColumnFileLayout.tailMagic)
    try file.write(encoder.header.bytes(identity), at: 0)
    try file.write(index.bytes + footer.bytes, at: indexOffset)
    try file.synchronize()

    let reader = try ColumnFileReader(path: encoder.path, identity: identity, system: system)
    for block in entries.indices { try reader.checkBlock(block) }
    guard reader.indexChecksum == indexChecksum else {
      throw StorageError.damaged(
        encoder.path, at: indexOffset, found: "another index than was written",
        expected: Checksum.hex(indexChecksum))
    }
    return ColumnFileSummary(
      type: encoder.header.type, rowCount: encoder.header.rowCount, byteCount: reader.byteCount,
      indexChecksum: indexChecksum)
  }
}
