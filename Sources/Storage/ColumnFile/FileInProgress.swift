import Synchronization

/// A column file while its blocks are written.
final class FileInProgress: Sendable {
  let header: ColumnFileHeader
  let path: String
  let identity: FileIdentity
  private let system: SystemCalls
  private let file: File

  private struct Progress {
    var entries: [BlockEntry] = []
    var nextByteOffset = ColumnFileLayout.headerByteCount
    var writtenBlockCount = 0
    var hasFailed = false
  }
  private let progress = Mutex(Progress())

  init(
    _ header: ColumnFileHeader, _ path: String, identity: FileIdentity, system: SystemCalls
  ) throws(StorageError) {
    self.header = header
    self.path = path
    self.identity = identity
    self.system = system
    file = try File(path, .create, system: system)
  }

  func fail() { progress.withLock { $0.hasFailed = true } }

  /// Encodes a block, learns its place from the blocks before it, and writes it there; whether it was the last of
  /// the file to be written.
  func encodeAndWrite(
    _ block: Int, of encoder: BlockEncoder, _ scratch: BlockScratch
  ) throws(StorageError) -> Bool {
    if progress.withLock({ $0.hasFailed }) { return false }
    var encoded = try encoder.encode(block, scratch)
    guard let byteOffset = place(&encoded.entry, block) else { return false }
    try file.write(encoded.stored, at: byteOffset)
    let written = progress.withLock { progress in
      progress.writtenBlockCount += 1
      return progress.writtenBlockCount
    }
    // The disk starts while later blocks are encoded.
    if written == header.blockCount || written % 32 == 0 { file.startWriteBack() }
    return written == header.blockCount
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
    try file.write(header.bytes(identity), at: 0)
    try file.write(index.bytes + footer.bytes, at: indexOffset)
    try file.synchronize()

    let reader = try ColumnFileReader(path: path, identity: identity, system: system)
    for block in entries.indices { try reader.checkBlock(block) }
    guard reader.indexChecksum == indexChecksum else {
      throw StorageError.damaged(
        path, at: indexOffset, found: "another index than was written",
        expected: Checksum.hex(indexChecksum))
    }
    return ColumnFileSummary(
      type: header.type, rowCount: header.rowCount, byteCount: reader.byteCount,
      indexChecksum: indexChecksum)
  }
}
