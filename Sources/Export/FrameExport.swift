package import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where an export goes.
package enum ExportDestination: Sendable, Equatable {
  case standardOutput
  /// Written beside the path and renamed onto it when complete.
  case file(String)
  /// A device, a FIFO or a socket: written as it is, like standard output.
  case stream(String)

  /// What there is at a path, links followed: a file or nothing is `file`, a directory is refused.
  ///
  /// - Parameter store: the store that is exported, whose files are refused under every name.
  package static func at(
    _ path: String, store: String? = nil
  ) throws(ExportError) -> ExportDestination {
    try refuseStore(path, store: store)
    return try OutputFile.Target(path).isStream ? .stream(path) : .file(path)
  }
}

/// A frame, or some of its rows and columns, as text.
package struct FrameExport: Sendable {
  package let format: ExportFormat
  package let columns: [Column]
  package let rowCount: Int
  /// 1 = the row is written; nil = every row is.
  package let selection: Bitmap?

  /// The named columns in the given order, or all of the frame's. A name is that of a column exactly, or else case
  /// aside.
  package init(
    _ frame: Frame, format: ExportFormat, columns names: [String]? = nil, selection: Bitmap? = nil
  ) throws(ExportError) {
    self.format = format
    self.selection = selection
    rowCount = frame.rowCount
    var columns: [Column] = []
    for name in names ?? frame.names {
      guard let column = frame.column(ignoringCase: name) else {
        throw .unknownColumn(name: name, near: nil, columns: frame.names)
      }
      columns.append(column)
    }
    if columns.isEmpty { throw .noColumn }
    self.columns = columns
  }

  /// Writes everything and returns the number of bytes.
  ///
  /// Slices of rows are formatted in parallel and written in row order, so the bytes are the same on any
  /// number of threads. A file appears under its name only when it is complete.
  @discardableResult
  package func write(to destination: ExportDestination) throws(ExportError) -> Int {
    switch destination {
    case .standardOutput: return try write(to: STDOUT_FILENO, path: "standard output")
    case .file(let path), .stream(let path):
      let prepared = try prepare(path)
      try prepared.putInPlace()
      return prepared.byteCount
    }
  }

  /// Writes everything beside `path`, where nothing appears before `putInPlace`; to what is no regular file, at
  /// once.
  package func prepare(_ path: String) throws(ExportError) -> OutputFile {
    let file = try OutputFile(path: path)
    file.byteCount =
      try file.isStream
      ? write(to: file.descriptor, path: path) : writeRows(to: file.descriptor, path: path)
    try file.close()
    return file
  }

  /// Rows formatted and written at a time: the text stays within the second-level cache's reach.
  private static let sliceRowCount = Parallel.chunkRowCount / 8

  private func slice(_ index: Int) -> Range<Int> {
    let start = index * Self.sliceRowCount
    return start..<min(start + Self.sliceRowCount, rowCount)
  }

  private var sliceCount: Int { (rowCount + Self.sliceRowCount - 1) / Self.sliceRowCount }

  /// Every worker formats a slice, learns its place from those before it, and writes it there itself: while one
  /// writes, the other formats.
  private func writeRows(to descriptor: Int32, path: String) throws(ExportError) -> Int {
    let formatter = RowFormatter(format: format, columns: columns)
    let writers = (0..<max(1, Parallel.threadCount)).map { _ in WriterBox() }
    formatter.appendHeader(to: &writers[0].writer)
    let turns = WriteTurns(
      firstOffset: try writeAll(writers[0].writer.bytes, to: descriptor, at: 0, path: path))
    Parallel.perform(sliceCount) { worker, task in
      if turns.failure != nil { return }
      let box = writers[worker]
      box.writer.clear()
      formatter.append(rows: slice(task), where: selection, to: &box.writer)
      guard let offset = turns.take(task, byteCount: box.writer.count) else { return }
      do throws(ExportError) {
        _ = try writeAll(box.writer.bytes, to: descriptor, at: offset, path: path)
      } catch {
        turns.fail(error)
      }
    }
    if let failure = turns.failure { throw failure }
    return turns.end
  }

  /// Writes everything in order, to what need not have offsets.
  private func write(to descriptor: Int32, path: String) throws(ExportError) -> Int {
    let formatter = RowFormatter(format: format, columns: columns)
    let groupSize = max(1, Parallel.threadCount) * 4
    let writers = (0..<groupSize).map { _ in WriterBox() }
    formatter.appendHeader(to: &writers[0].writer)
    var byteCount = try writeAll(writers[0].writer.bytes, to: descriptor, at: nil, path: path)
    for first in stride(from: 0, to: sliceCount, by: groupSize) {
      let count = min(groupSize, sliceCount - first)
      Parallel.perform(count) { task in
        writers[task].writer.clear()
        formatter.append(rows: slice(first + task), where: selection, to: &writers[task].writer)
      }
      for box in writers[..<count] {
        byteCount += try writeAll(box.writer.bytes, to: descriptor, at: nil, path: path)
      }
    }
    return byteCount
  }
}

/// A writer that parallel tasks share by index: one task or worker has a box to itself.
private final class WriterBox: @unchecked Sendable {
  // SAFETY: only the task (or worker) with the box's index touches it while tasks run.
  var writer = ByteWriter(capacity: 1 << 20)
}

func errorText() -> String { String(cString: strerror(errno)) }
