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

  /// Writes several columns in one parallel loop; each file is synchronised and checked on a thread of its own as
  /// soon as its blocks are written, while others are encoded.
  static func writeAll(
    _ jobs: [Job], system: SystemCalls
  ) throws(StorageError) -> [ColumnFileSummary] {
    var files: [FileInProgress] = []
    var encoders: [BlockEncoder] = []
    for job in jobs {
      let encoder = BlockEncoder(job.source, identity: job.identity, path: job.path)
      files.append(
        try FileInProgress(encoder.header, job.path, identity: job.identity, system: system))
      encoders.append(encoder)
    }
    // The largest first: what is waited for at the end are small ones.
    let order = jobs.indices.sorted { a, b in
      let (left, right) = (jobs[a].source.byteCountEstimate, jobs[b].source.byteCountEstimate)
      return left != right ? left > right : a < b
    }
    let finisher = FileFinisher(files)
    var blocks = BlockTasks { finisher.add(order[$0]) }
    blocks.add(
      order.map {
        BlockTasks.Part(
          blocks: 0..<encoders[$0].header.blockCount, encoder: encoders[$0], file: files[$0])
      })
    Parallel.perform(blocks.count) { task in blocks.run(task) }
    finisher.join()
    try blocks.check()
    return try finisher.finish()
  }

  /// Finishes and checks files whose blocks are all written, each on a thread of its own.
  static func finishAll(_ files: [FileInProgress]) throws(StorageError) -> [ColumnFileSummary] {
    let errors = FirstError()
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
