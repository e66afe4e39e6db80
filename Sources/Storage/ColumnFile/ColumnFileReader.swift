import CLZ4
package import Columns
import Kernels

/// What the index says of one block of rows, for skipping blocks that no condition can match.
package struct BlockZone: Sendable, Equatable {
  package let rows: Range<Int>
  package let nullCount: Int
  /// Least and greatest value that is not null: integers, days, money (in units) and codes; nil where all are null.
  package let integerBounds: ClosedRange<Int64>?
  /// The same of floats; nil where any value is NaN.
  package let floatBounds: ClosedRange<Double>?
  package let encoding: BlockEncoding
  package let compression: BlockCompression
  package let storedByteCount: Int
}

/// An open column file whose header, index and footer have been checked.
package final class ColumnFileReader: Sendable {
  package let path: String
  package let type: ColumnType
  package var rowCount: Int { header.rowCount }
  /// Checksum of the index, which holds the checksums of all blocks: it stands for the whole content.
  package let indexChecksum: UInt64
  package let byteCount: Int
  let header: ColumnFileHeader
  let entries: [BlockEntry]
  let identity: FileIdentity
  private let file: File

  /// Opens and checks; every size is bounded before anything is allocated.
  package init(
    path: String, identity: FileIdentity, system: SystemCalls = .real
  ) throws(StorageError) {
    self.path = path
    self.identity = identity
    file = try File(path, .read, system: system)
    byteCount = try file.byteCount()
    let parser = ColumnFileParser(path: path, identity: identity, byteCount: byteCount)
    header = try parser.header(file)
    type = header.type
    let footer = try parser.footer(file, header)
    indexChecksum = footer.indexChecksum
    entries = try parser.entries(file, header, footer)
  }

  /// The blocks of rows.
  package var zones: [BlockZone] {
    (header.dictionaryBlockCount..<header.blockCount).map { block in
      let entry = entries[block]
      let isFloat = type == .float32 || type == .float64
      let floats: ClosedRange<Double>? =
        entry.hasBounds && isFloat
        ? bounds(
          Double(bitPattern: UInt64(bitPattern: entry.minimum)),
          Double(bitPattern: UInt64(bitPattern: entry.maximum))) : nil
      return BlockZone(
        rows: header.rows(ofBlock: block), nullCount: entry.nullCount,
        integerBounds: entry.hasBounds && !isFloat ? bounds(entry.minimum, entry.maximum) : nil,
        floatBounds: floats, encoding: entry.encoding, compression: entry.compression,
        storedByteCount: entry.storedByteCount)
    }
  }

  private func bounds<Bound: Comparable>(_ low: Bound, _ high: Bound) -> ClosedRange<Bound>? {
    low <= high ? low...high : nil
  }

  /// Reads the column; blocks decode in parallel.
  package func read(named name: String) throws(StorageError) -> Column {
    try ColumnFileReader.readAll([(self, name)])[0]
  }

  /// Reads several columns in one parallel loop.
  package static func readAll(
    _ requests: [(reader: ColumnFileReader, name: String)]
  ) throws(StorageError) -> [Column] {
    let jobs = requests.map { ($0.reader, ColumnDestination($0.reader.header, $0.reader.entries)) }
    try decode(jobs)
    return zip(jobs, requests).map { $0.1.column(named: $1.name) }
  }

  /// Decodes every block of every job to its destination.
  static func decode(_ jobs: [(ColumnFileReader, ColumnDestination)]) throws(StorageError) {
    var tasks: [(job: Int, block: Int)] = []
    for (job, (reader, _)) in jobs.enumerated() {
      for block in 0..<reader.header.blockCount { tasks.append((job, block)) }
    }
    let errors = FirstError()
    Parallel.perform(tasks.count) { task in
      if errors.hasFailed { return }
      let (reader, destination) = jobs[tasks[task].job]
      errors.attempt(task) { () throws(StorageError) in
        try reader.decode(tasks[task].block, into: destination)
      }
    }
    try errors.rethrow()
  }

  private func decode(
    _ block: Int, into destination: ColumnDestination
  ) throws(StorageError) {
    let entry = entries[block]
    let decoder = BlockDecoder(header, entry, block: block, path: path)
    try ScratchPool.shared.borrow { scratch throws(StorageError) in
      let place = place(of: block, in: destination)
      let isStoredPlain = entry.compression == .none
      let stored = try readStored(block, scratch, direct: isStoredPlain ? place : nil)
      try decoder.decode(
        try decompress(block, stored, scratch, direct: place), into: destination, scratch)
    }
  }

  /// Where a block whose raw bytes are just its values in memory can be read or decompressed to, which saves a
  /// copy; nil for others.
  private func place(
    of block: Int, in destination: ColumnDestination
  ) -> UnsafeMutableRawBufferPointer? {
    let entry = entries[block]
    guard entry.encoding == .plain, entry.nullCount == 0 else {
      return nil
    }
    let base: UnsafeMutableRawPointer
    switch destination.values {
    case .fixed(let address, _), .hashes(let address, _): base = address
    default: return nil
    }
    let rows = header.rows(ofBlock: block)
    let elementByteCount = type.fixedByteCount
    guard entry.rawByteCount == rows.count * elementByteCount else { return nil }
    return UnsafeMutableRawBufferPointer(
      start: base + rows.lowerBound * elementByteCount, count: entry.rawByteCount)
  }

  /// Reads the stored bytes of a block and compares their checksum.
  func readStored(
    _ block: Int, _ scratch: BlockScratch, direct: UnsafeMutableRawBufferPointer? = nil
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let entry = entries[block]
    let stored = direct ?? scratch.stored.reserve(entry.storedByteCount)
    try file.read(into: stored, at: entry.byteOffset)
    let checksum = Checksum.of(UnsafeRawBufferPointer(stored), seed: identity.seed(.block(block)))
    guard checksum == entry.checksum else {
      throw StorageError.damaged(
        path, block: block, at: entry.byteOffset,
        found: "\(entry.storedByteCount) bytes of checksum \(Checksum.hex(checksum))",
        expected: Checksum.hex(entry.checksum))
    }
    return UnsafeRawBufferPointer(stored)
  }

  func decompress(
    _ block: Int, _ stored: UnsafeRawBufferPointer, _ scratch: BlockScratch,
    direct: UnsafeMutableRawBufferPointer?
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let entry = entries[block]
    guard entry.compression == .lz4 else { return stored }
    let raw = direct ?? scratch.raw.reserve(entry.rawByteCount)
    let count = LZ4_decompress_safe(
      stored.baseAddress, raw.baseAddress, Int32(stored.count), Int32(raw.count))
    guard count == entry.rawByteCount else {
      throw StorageError.damaged(
        path, block: block, at: entry.byteOffset, found: "LZ4 data that gives \(count) bytes",
        expected: "\(entry.rawByteCount)")
    }
    return UnsafeRawBufferPointer(raw)
  }

  /// Reads every block's stored bytes and compares checksums, without decoding; the damage of each block.
  func checkBlock(_ block: Int) throws(StorageError) {
    try ScratchPool.shared.borrow { scratch throws(StorageError) in
      _ = try readStored(block, scratch)
    }
  }
}

extension ColumnType {
  /// Bytes of a value in memory; 0 for types without a fixed width.
  var fixedByteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32, .day: 4
    case .int64, .float64, .money: 8
    case .bool, .string, .text: 0
    }
  }
}
