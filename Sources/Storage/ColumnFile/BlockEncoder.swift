import CLZ4
import Columns
import Kernels

/// A block ready to be written; its bytes are in the scratch it was made with, or in the column itself.
struct EncodedBlock {
  var entry: BlockEntry
  let stored: UnsafeRawBufferPointer
}

/// Encodes blocks of one column: the smallest encoding for each, and LZ4 where that shrinks it.
struct BlockEncoder {
  let source: ColumnSource
  let header: ColumnFileHeader
  let identity: FileIdentity
  let path: String
  /// The column's row that is the source's first: not 0 where the source is a part of the column.
  let firstRow: Int

  init(_ source: ColumnSource, identity: FileIdentity, path: String) {
    self.init(part: source, from: 0, of: source.header, identity: identity, path: path)
  }

  /// Of the rows of a column from `firstRow` on, where a block begins.
  init(
    part source: ColumnSource, from firstRow: Int, of header: ColumnFileHeader,
    identity: FileIdentity, path: String
  ) {
    precondition(firstRow % StorageLimits.blockRowCount == 0, "parts begin where blocks begin")
    self.source = source
    self.header = header
    self.identity = identity
    self.path = path
    self.firstRow = firstRow
  }

  /// Encodes block `block` with `scratch`, whose memory the result may point to.
  func encode(_ block: Int, _ scratch: BlockScratch) throws(StorageError) -> EncodedBlock {
    var entry = BlockEntry()
    let columnRows = header.rows(ofBlock: block)
    entry.rowCount = columnRows.count
    if block < header.dictionaryBlockCount {
      guard case .codes(_, _, let dictionary) = source.payload else {
        preconditionFailure("only columns of codes have a dictionary")
      }
      let raw = try encodeText(dictionary, columnRows, validity: nil, &entry, scratch)
      return finish(&entry, raw, block, scratch)
    }
    let rows = columnRows.lowerBound - firstRow..<columnRows.upperBound - firstRow
    precondition(rows.lowerBound >= 0 && rows.upperBound <= source.rowCount, "the part has them")
    let validity = blockValidity(rows)
    entry.nullCount = validity.map { rows.count - oneCount($0) } ?? 0
    let nulls = entry.nullCount > 0 ? validity : nil
    let raw: UnsafeRawBufferPointer
    switch (source.payload, source.type) {
    case (.fixed(let base), .int8): raw = integers(Int8.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .int16): raw = integers(Int16.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .int32), (.fixed(let base), .day):
      raw = integers(Int32.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .int64), (.fixed(let base), .money):
      raw = integers(Int64.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .uint8): raw = integers(UInt8.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .uint16):
      raw = integers(UInt16.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .uint32):
      raw = integers(UInt32.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .float32): raw = floats(Float.self, base, rows, nulls, &entry, scratch)
    case (.fixed(let base), .float64):
      raw = floats(Double.self, base, rows, nulls, &entry, scratch)
    case (.codes(let base, let byteCount, let dictionary), _):
      raw = try codes(base, byteCount, dictionary, rows, nulls, block, &entry, scratch)
    case (.bits(let words), _): raw = bits(words, rows, nulls, &entry, scratch)
    case (.text(let table), _):
      raw = try encodeText(table, rows, validity: nulls, &entry, scratch)
    case (.fixed, _): preconditionFailure("a fixed-width payload has a fixed-width type")
    }
    return finish(&entry, raw, block, scratch)
  }

  /// The words of the rows' validity (blocks start at whole words); nil when the column has none.
  private func blockValidity(_ rows: Range<Int>) -> UnsafeBufferPointer<UInt64>? {
    source.validity.map { validity in
      let first = rows.lowerBound / 64
      return UnsafeBufferPointer(
        rebasing: validity.words.pointer[first..<first + Bitmap.wordCount(of: rows.count)])
    }
  }

  private func oneCount(_ words: UnsafeBufferPointer<UInt64>) -> Int {
    words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Compresses, chooses what is stored, and seals it.
  private func finish(
    _ entry: inout BlockEntry, _ raw: UnsafeRawBufferPointer, _ block: Int, _ scratch: BlockScratch
  ) -> EncodedBlock {
    entry.rawByteCount = raw.count
    var stored = raw
    if let compressed = compress(raw, scratch) {
      entry.compression = .lz4
      stored = compressed
    }
    entry.storedByteCount = stored.count
    entry.checksum = Checksum.of(stored, seed: identity.seed(.block(block)))
    return EncodedBlock(entry: entry, stored: stored)
  }

  /// The block under LZ4, or nil when that saves less than a 32nd.
  ///
  /// Packed residuals and fitted floats look like noise unless rows come in runs, and LZ4 takes longer over
  /// noise than packing did: two samples of 4 KiB tell them apart for a fraction of the cost.
  private func compress(
    _ raw: UnsafeRawBufferPointer, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer? {
    guard raw.count >= 64, raw.count <= StorageLimits.blockByteCountMax else { return nil }
    let sampleByteCount = 4_096
    let out = scratch.stored.reserve(max(raw.count, sampleByteCount))
    func shrink(_ part: UnsafeRawBufferPointer, to capacity: Int) -> Int? {
      let count = LZ4_compress_default(
        part.baseAddress, out.baseAddress, Int32(part.count), Int32(capacity))
      return count > 0 ? Int(count) : nil
    }
    if raw.count > 8 * sampleByteCount {
      let shrinks = [raw.count / 3, raw.count / 3 * 2].contains { start in
        let sample = UnsafeRawBufferPointer(rebasing: raw[start..<start + sampleByteCount])
        return shrink(sample, to: sampleByteCount / 16 * 15) != nil
      }
      guard shrinks else { return nil }
    }
    guard let count = shrink(raw, to: raw.count - raw.count / 32) else { return nil }
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(out)[..<count])
  }
}
