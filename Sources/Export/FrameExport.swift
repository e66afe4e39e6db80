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
}

/// A frame, or some of its rows and columns, as text.
package struct FrameExport: Sendable {
  package let format: ExportFormat
  package let columns: [Column]
  package let rowCount: Int
  /// 1 = the row is written; nil = every row is.
  package let selection: Bitmap?

  /// The named columns in the given order, or all of the frame's.
  package init(
    _ frame: Frame, format: ExportFormat, columns names: [String]? = nil, selection: Bitmap? = nil
  ) throws(ExportError) {
    self.format = format
    self.selection = selection
    rowCount = frame.rowCount
    var columns: [Column] = []
    for name in names ?? frame.names {
      guard let column = frame[name] else {
        throw .unknownColumn(name: name, near: nil, columns: frame.names)
      }
      columns.append(column)
    }
    self.columns = columns
  }

  /// Writes everything and returns the number of bytes.
  ///
  /// Chunks of rows are formatted in parallel and written in row order, so the bytes are the same on any
  /// number of threads. A file appears under its name only when it is complete.
  @discardableResult
  package func write(to destination: ExportDestination) throws(ExportError) -> Int {
    switch destination {
    case .standardOutput:
      return try writeRows(to: STDOUT_FILENO, path: "standard output", isRegularFile: false)
    case .file(let path):
      let partial = path + ".partial-\(getpid())"
      let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw .output(path: path, call: "open", reason: errorText()) }
      do throws(ExportError) {
        let byteCount = try writeRows(to: descriptor, path: path, isRegularFile: true)
        guard close(descriptor) == 0 else {
          throw ExportError.output(path: path, call: "close", reason: errorText())
        }
        guard rename(partial, path) == 0 else {
          throw ExportError.output(path: path, call: "rename", reason: errorText())
        }
        return byteCount
      } catch {
        close(descriptor)
        unlink(partial)
        throw error
      }
    }
  }

  private func writeRows(
    to descriptor: Int32, path: String, isRegularFile: Bool
  ) throws(ExportError) -> Int {
    let formatter = RowFormatter(format: format, columns: columns)
    let groupSize = max(1, Parallel.threadCount) * 4
    let writers = (0..<groupSize).map { _ in WriterBox() }
    var offset = 0

    formatter.appendHeader(to: &writers[0].writer)
    offset += try put(writers[0].writer.bytes, to: descriptor, at: nil, path: path)

    // A quarter of a chunk at a time keeps the buffers within the second-level cache's reach.
    let sliceRowCount = Parallel.chunkRowCount / 4
    let sliceCount = (rowCount + sliceRowCount - 1) / sliceRowCount
    var slice = 0
    while slice < sliceCount {
      let count = min(groupSize, sliceCount - slice)
      let first = slice
      Parallel.perform(count) { task in
        let start = (first + task) * sliceRowCount
        let rows = start..<min(start + sliceRowCount, rowCount)
        writers[task].writer.clear()
        formatter.append(rows: rows, where: selection, to: &writers[task].writer)
      }
      if isRegularFile {
        offset = try putAll(writers[0..<count], to: descriptor, at: offset, path: path)
      } else {
        for writer in writers[0..<count] {
          offset += try put(writer.writer.bytes, to: descriptor, at: nil, path: path)
        }
      }
      slice += count
    }
    return offset
  }

  /// Writes several buffers one after the other from `offset` on, in parallel; returns the end.
  private func putAll(
    _ writers: ArraySlice<WriterBox>, to descriptor: Int32, at offset: Int, path: String
  ) throws(ExportError) -> Int {
    var offsets: [Int] = []
    var end = offset
    for box in writers {
      offsets.append(end)
      end += box.writer.count
    }
    let starts = offsets
    Parallel.perform(writers.count) { task in
      let box = writers[writers.startIndex + task]
      do throws(ExportError) {
        _ = try put(box.writer.bytes, to: descriptor, at: starts[task], path: path)
        box.failure = nil
      } catch { box.failure = error }
    }
    for box in writers { if let failure = box.failure { throw failure } }
    return end
  }

  /// All of `bytes` at an offset, or where the descriptor stands; retries short and interrupted writes.
  private func put(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int?, path: String
  ) throws(ExportError) -> Int {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count: Int
      if let offset {
        count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      } else {
        count = writeOnce(descriptor, rest)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .output(path: path, call: "write", reason: errorText())
      }
      done += count
    }
    return done
  }
}

/// A writer that parallel tasks share by index: task i has box i to itself.
private final class WriterBox: @unchecked Sendable {
  // SAFETY: only the task with the box's index touches it while tasks run.
  var writer = ByteWriter(capacity: 1 << 20)
  var failure: ExportError?
}

private func errorText() -> String { String(cString: strerror(errno)) }

private func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
