import Ingest
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file that rejected rows are written to, with where they stood and why they were not taken.
final class RejectsFile {
  private let path: String
  private let stream: UnsafeMutablePointer<FILE>

  /// Refuses a path that is one of the inputs or stands in a store, under whatever name: opening it would empty it.
  init(_ path: String, inputs: [String], store: String) throws(IngestError) {
    if let input = FileID.input(inputs, at: path) {
      throw IngestError(
        .usage, "the rejects file is the input \(input) itself", file: path,
        advice: "Name another file with --rejects")
    }
    do throws(StorageError) {
      try StoreOutput.refuse(path, store: store)
    } catch {
      throw IngestError(
        error.kind == .invalid ? .usage : .inputOutput, "the rejects file: \(error)", file: path)
    }
    guard let stream = fopen(path, "we") else { throw RejectsFile.failure(path, "open") }
    self.path = path
    self.stream = stream
    try write(Array(RejectedRow.csvHeader.utf8))
  }

  deinit { fclose(stream) }

  func append(_ row: RejectedRow) throws(IngestError) { try write(row.csv) }

  /// Hands everything to the system; an error of a late write shows here.
  func finish() throws(IngestError) {
    if fflush(stream) != 0 { throw RejectsFile.failure(path, "write") }
  }

  private func write(_ bytes: [UInt8]) throws(IngestError) {
    if fwrite(bytes, 1, bytes.count, stream) != bytes.count {
      throw RejectsFile.failure(path, "write")
    }
  }

  private static func failure(_ path: String, _ call: String) -> IngestError {
    IngestError(
      .inputOutput, "the rejects file: \(call): \(String(cString: strerror(errno)))", file: path)
  }
}
