import Kernels
import Synchronization

/// The temporary file of rows that did not fit the memory limit. It has no name, so that nothing is left behind
/// however the process ends.
final class SpillFile: Sendable {
  private let descriptor: FileDescriptor
  private let directory: String
  private let end = Atomic<Int>(0)

  init(directory: String) throws(IngestError) {
    guard let descriptor = FileDescriptor.temporary(in: directory) else {
      throw IngestError(
        .inputOutput, "no temporary file can be made: \(systemErrorText())", file: directory,
        advice: "Name a directory with room, or raise --limit-memory")
    }
    self.descriptor = descriptor
    self.directory = directory
  }

  var byteCount: Int { end.load(ordering: .relaxed) }

  /// Appends words; safe from several threads.
  func append(_ segment: RowSegment) throws(IngestError) -> SpillExtent {
    let byteCount = segment.wordCount * 8
    let offset = end.wrappingAdd(byteCount, ordering: .relaxed).oldValue
    guard descriptor.write(at: offset, from: segment.words, byteCount: byteCount) else {
      throw IngestError(
        .inputOutput, "the temporary file cannot be written: \(systemErrorText())",
        file: directory, advice: "Name a directory with room, or raise --limit-memory")
    }
    return SpillExtent(offset: offset, wordCount: segment.wordCount)
  }

  /// Reads an extent back.
  func read(_ extent: SpillExtent, into words: UnsafeMutablePointer<UInt64>) throws(IngestError) {
    let byteCount = extent.wordCount * 8
    guard descriptor.read(at: extent.offset, into: words, byteCount: byteCount) == byteCount else {
      throw IngestError(
        .inputOutput, "the temporary file cannot be read: \(systemErrorText())", file: directory)
    }
  }
}
