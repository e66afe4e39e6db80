import Kernels

/// Blocks to be encoded and written, as tasks of a parallel loop.
package struct BlockTasks: Sendable {
  private struct Item: Sendable {
    let file: Int
    let block: Int
  }

  private var encoders: [BlockEncoder] = []
  private var files: [FileInProgress] = []
  private var tasks: [Item] = []
  private var more: (count: Int, body: @Sendable (Int) -> Void)?
  private let errors = FirstError()
  /// Told the number of a file, in the order of adding, when all its blocks are written.
  private let whenWritten: (@Sendable (Int) -> Void)?

  init(whenWritten: (@Sendable (Int) -> Void)? = nil) { self.whenWritten = whenWritten }

  package var count: Int { tasks.count + (more?.count ?? 0) }

  /// Blocks of one file.
  struct Part {
    let blocks: Range<Int>
    let encoder: BlockEncoder
    let file: FileInProgress
  }

  /// Adds the blocks of files, a file after the other.
  mutating func add(_ parts: [Part]) {
    // As many files at once as there are threads, block by block in turn: one file's blocks are written one after
    // the other, and threads that write to it would wait for each other.
    for first in stride(from: 0, to: parts.count, by: Parallel.threadCount) {
      let group = parts[first..<min(parts.count, first + Parallel.threadCount)]
      let mostBlockCount = group.map(\.blocks.count).max() ?? 0
      for turn in 0..<mostBlockCount {
        for (place, part) in group.enumerated() where turn < part.blocks.count {
          tasks.append(Item(file: files.count + place, block: part.blocks.lowerBound + turn))
        }
      }
      encoders += group.map(\.encoder)
      files += group.map(\.file)
    }
  }

  /// Adds other tasks of the same loop, after all blocks.
  mutating func add(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    more = (count, body)
  }

  /// Encodes and writes one block; what goes wrong is for `check` to say.
  package func run(_ task: Int) {
    if task >= tasks.count {
      more?.body(task - tasks.count)
      return
    }
    let (file, block) = (tasks[task].file, tasks[task].block)
    var isComplete = false
    let isDone = errors.attempt(task) { () throws(StorageError) in
      isComplete = try ScratchPool.shared.borrow { scratch throws(StorageError) in
        try files[file].encodeAndWrite(block, of: encoders[file], scratch)
      }
    }
    if !isDone { files[file].fail() }
    if isComplete { whenWritten?(file) }
  }

  /// Throws what went wrong first, when all tasks have ended.
  package func check() throws(StorageError) { try errors.rethrow() }
}
