import Columns

/// Reads and checks what surrounds the blocks of a column file.
struct ColumnFileParser {
  let path: String
  let identity: FileIdentity
  let byteCount: Int

  struct Footer {
    let indexOffset: Int
    let entryCount: Int
    let indexChecksum: UInt64
  }

  func header(_ file: borrowing File) throws(StorageError) -> ColumnFileHeader {
    let least = ColumnFileLayout.headerByteCount + ColumnFileLayout.footerByteCount
    guard byteCount >= least else {
      throw damaged(byteCount, "a file of \(byteCount) bytes", "at least \(least)")
    }
    let bytes = try read(file, 0, ColumnFileLayout.headerByteCount)
    return try parse(bytes) { raw throws(StorageError) in
      try ColumnFileHeader.parse(raw, identity, path: path)
    }
  }

  func footer(
    _ file: borrowing File, _ header: ColumnFileHeader
  ) throws(StorageError) -> Footer {
    let start = byteCount - ColumnFileLayout.footerByteCount
    let bytes = try read(file, start, ColumnFileLayout.footerByteCount)
    guard bytes[32...].elementsEqual(ColumnFileLayout.tailMagic) else {
      throw damaged(start + 32, "no tail magic: the file may be cut short", "STRATAE")
    }
    let checksum = Checksum.of(Array(bytes[..<24]), seed: identity.seed(.footer))
    let footer = try parse(bytes) { raw throws(StorageError) in
      let field = ByteReader(raw)
      guard field.uint64(at: 24) == checksum else {
        throw damaged(
          start + 24, "checksum \(Checksum.hex(field.uint64(at: 24)))",
          "\(Checksum.hex(checksum)), the footer's")
      }
      return Footer(
        indexOffset: Int(truncatingIfNeeded: field.uint64(at: 0)),
        entryCount: Int(field.uint32(at: 8)), indexChecksum: field.uint64(at: 16))
    }
    guard footer.entryCount == header.blockCount, bytes[12..<16].allSatisfy({ $0 == 0 }) else {
      throw damaged(start + 8, "\(footer.entryCount) blocks", "\(header.blockCount)")
    }
    let indexByteCount = footer.entryCount * ColumnFileLayout.entryByteCount
    guard footer.indexOffset == start - indexByteCount,
      footer.indexOffset >= ColumnFileLayout.headerByteCount
    else {
      throw damaged(
        start, "an index at byte \(footer.indexOffset)", "at \(start - indexByteCount)")
    }
    return footer
  }

  func entries(
    _ file: borrowing File, _ header: ColumnFileHeader, _ footer: Footer
  ) throws(StorageError) -> [BlockEntry] {
    let bytes = try read(
      file, footer.indexOffset, footer.entryCount * ColumnFileLayout.entryByteCount)
    let checksum = Checksum.of(bytes, seed: identity.seed(.index))
    guard checksum == footer.indexChecksum else {
      throw damaged(
        footer.indexOffset, "an index of checksum \(Checksum.hex(checksum))",
        Checksum.hex(footer.indexChecksum))
    }
    return try parse(bytes) { raw throws(StorageError) in
      var entries: [BlockEntry] = []
      entries.reserveCapacity(footer.entryCount)
      var end = ColumnFileLayout.headerByteCount
      var textByteCount = 0
      for block in 0..<footer.entryCount {
        let entry = try entry(raw, block, footer, header, startsAt: end)
        end += entry.storedByteCount
        if entry.encoding.isText { textByteCount += Int(entry.maximum) }
        entries.append(entry)
      }
      guard end == footer.indexOffset else {
        throw damaged(end, "\(footer.indexOffset - end) bytes behind the last block", "the index")
      }
      guard textByteCount <= StorageLimits.textByteCountMax else {
        throw damaged(
          footer.indexOffset, "\(textByteCount) bytes of text",
          "at most \(StorageLimits.textByteCountMax)")
      }
      return entries
    }
  }

  private func entry(
    _ raw: UnsafeRawBufferPointer, _ block: Int, _ footer: Footer, _ header: ColumnFileHeader,
    startsAt end: Int
  ) throws(StorageError) -> BlockEntry {
    let at = block * ColumnFileLayout.entryByteCount
    let field = ByteReader(
      UnsafeRawBufferPointer(rebasing: raw[at..<at + ColumnFileLayout.entryByteCount]))
    func fail(_ found: String, _ expected: String) -> StorageError {
      .damaged(
        path, block: block, at: footer.indexOffset + at, found: found, expected: expected)
    }
    guard let encoding = BlockEncoding(rawValue: field.bytes[48]),
      let compression = BlockCompression(rawValue: field.bytes[49]), field.bytes[50] <= 1
    else { throw fail("an unknown encoding", "one of version 1") }
    let entry = BlockEntry(
      byteOffset: Int(truncatingIfNeeded: field.uint64(at: 0)),
      storedByteCount: Int(field.uint32(at: 8)), rawByteCount: Int(field.uint32(at: 12)),
      checksum: field.uint64(at: 16), minimum: Int64(bitPattern: field.uint64(at: 24)),
      maximum: Int64(bitPattern: field.uint64(at: 32)), rowCount: Int(field.uint32(at: 40)),
      nullCount: Int(field.uint32(at: 44)), encoding: encoding, compression: compression,
      hasBounds: field.bytes[50] == 1)
    guard entry.byteOffset == end, end + entry.storedByteCount <= footer.indexOffset else {
      throw fail("a block at byte \(entry.byteOffset)", "at \(end), before the index")
    }
    guard entry.rowCount == header.rows(ofBlock: block).count, entry.nullCount <= entry.rowCount
    else { throw fail("\(entry.rowCount) rows", "\(header.rows(ofBlock: block).count)") }
    guard entry.rawByteCount <= StorageLimits.blockByteCountMax,
      entry.compression == .none
        ? entry.rawByteCount == entry.storedByteCount
        : entry.rawByteCount > entry.storedByteCount
    else {
      throw fail("\(entry.rawByteCount) bytes from \(entry.storedByteCount)", "a block's size")
    }
    let isText = header.type == .text || block < header.dictionaryBlockCount
    guard encoding.isText == isText,
      !isText || (0...Int64(StorageLimits.blockByteCountMax)).contains(entry.maximum),
      entry.nullCount == 0 || block >= header.dictionaryBlockCount
    else { throw fail("a block of \(encoding)", "a block of \(header.type.name)") }
    return entry
  }

  private func damaged(_ at: Int, _ found: String, _ expected: String) -> StorageError {
    .damaged(path, at: at, found: found, expected: expected)
  }

  private func read(
    _ file: borrowing File, _ offset: Int, _ count: Int
  ) throws(StorageError) -> [UInt8] {
    // Sizes come from the file's own size, so the memory asked for is never more than the file has.
    try File.bytes(count) { buffer throws(StorageError) in try file.read(into: buffer, at: offset) }
  }

  private func parse<Value>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Value
  ) throws(StorageError) -> Value {
    let result = bytes.withUnsafeBytes { raw in
      do throws(StorageError) {
        return Result<Value, StorageError>.success(try body(raw))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
