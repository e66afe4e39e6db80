import Columns
import Kernels

/// Decodes raw blocks whose checksum was right into a destination. It still trusts no size in them: what does
/// not fit is damage, never a trap or a wild write.
struct BlockDecoder {
  let header: ColumnFileHeader
  let path: String
  let block: Int
  let entry: BlockEntry
  let rows: Range<Int>

  init(_ header: ColumnFileHeader, _ entry: BlockEntry, block: Int, path: String) {
    self.header = header
    self.path = path
    self.block = block
    self.entry = entry
    rows = header.rows(ofBlock: block)
  }

  func decode(
    _ raw: UnsafeRawBufferPointer, into destination: ColumnDestination, _ scratch: BlockScratch
  ) throws(StorageError) {
    if block < header.dictionaryBlockCount {
      return try text(raw, destination, scratch)
    }
    let values = try validity(raw, destination)
    switch (destination.values, header.type) {
    case (.fixed(let base, _), .int8): try integers(UInt8.self, values, base)
    case (.fixed(let base, _), .int16): try integers(UInt16.self, values, base)
    case (.fixed(let base, _), .int32), (.fixed(let base, _), .day):
      try integers(UInt32.self, values, base)
    case (.fixed(let base, _), .int64), (.fixed(let base, _), .money), (.hashes(let base, _), _):
      try integers(UInt64.self, values, base)
    case (.fixed(let base, _), .uint8): try integers(UInt8.self, values, base)
    case (.fixed(let base, _), .uint16): try integers(UInt16.self, values, base)
    case (.fixed(let base, _), .uint32): try integers(UInt32.self, values, base)
    case (.fixed(let base, _), .float32): try plain(values, base, elementByteCount: 4)
    case (.fixed(let base, _), .float64): try plain(values, base, elementByteCount: 8)
    case (.codes(let base, .uint8), _): try codes(UInt8.self, values, base)
    case (.codes(let base, .uint16), _): try codes(UInt16.self, values, base)
    case (.codes(let base, .uint32), _): try codes(UInt32.self, values, base)
    case (.bits(let base, _), _):
      try expect(entry.encoding == .bits, "a block of \(entry.encoding)", "bits")
      try words(values, to: base + rows.lowerBound / 64, rows.count)
    case (.text, _): try text(values, destination, scratch)
    case (.fixed, _): preconditionFailure("a fixed-width destination has a fixed-width type")
    }
  }

  func expect(
    _ condition: Bool, _ found: @autoclosure () -> String, _ expected: @autoclosure () -> String
  ) throws(StorageError) {
    if !condition {
      throw StorageError.damaged(
        path, block: block, at: entry.byteOffset, found: found(), expected: expected())
    }
  }

  /// Takes the validity off the front of a block and gives the rest.
  private func validity(
    _ raw: UnsafeRawBufferPointer, _ destination: ColumnDestination
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let wordCount = Bitmap.wordCount(of: rows.count)
    let words = destination.validity.map { $0 + rows.lowerBound / 64 }
    guard entry.nullCount > 0 else {
      if let words {
        for w in 0..<wordCount { words[w] = .max }
        if rows.count % 64 != 0 { words[wordCount - 1] = (1 << UInt64(rows.count % 64)) - 1 }
      }
      return raw
    }
    try expect(raw.count >= wordCount * 8, "\(raw.count) bytes", "validity of \(rows.count) rows")
    guard let words else { preconditionFailure("a file with nulls is given room for validity") }
    try self.words(
      UnsafeRawBufferPointer(rebasing: raw[..<(wordCount * 8)]), to: words, rows.count)
    var nullCount = rows.count
    for w in 0..<wordCount { nullCount -= words[w].nonzeroBitCount }
    try expect(nullCount == entry.nullCount, "\(nullCount) nulls", "\(entry.nullCount)")
    return UnsafeRawBufferPointer(rebasing: raw[(wordCount * 8)...])
  }

  /// Copies words of bits; bits past the last row must be 0.
  private func words(
    _ raw: UnsafeRawBufferPointer, to words: UnsafeMutablePointer<UInt64>, _ bitCount: Int
  ) throws(StorageError) {
    let wordCount = Bitmap.wordCount(of: bitCount)
    try expect(raw.count == wordCount * 8, "\(raw.count) bytes", "\(wordCount * 8)")
    for w in 0..<wordCount {
      words[w] = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: w * 8, as: UInt64.self))
    }
    let isClean = bitCount % 64 == 0 || words[wordCount - 1] >> UInt64(bitCount % 64) == 0
    try expect(isClean, "bits past the last row", "none")
  }

  private func plain(
    _ raw: UnsafeRawBufferPointer, _ base: UnsafeMutableRawPointer, elementByteCount: Int
  ) throws(StorageError) {
    try expect(entry.encoding == .plain, "a block of \(entry.encoding)", "plain values")
    let byteCount = rows.count * elementByteCount
    try expect(raw.count == byteCount, "\(raw.count) bytes", "\(byteCount)")
    let out = base + rows.lowerBound * elementByteCount
    // A block that was read right into its place needs no copy.
    if let start = raw.baseAddress, start != UnsafeRawPointer(out) {
      out.copyMemory(from: start, byteCount: byteCount)
    }
  }

  private func integers<Pattern: PackablePattern>(
    _: Pattern.Type, _ raw: UnsafeRawBufferPointer, _ base: UnsafeMutableRawPointer
  ) throws(StorageError) {
    let out = UnsafeMutableBufferPointer(
      start: base.assumingMemoryBound(to: Pattern.self) + rows.lowerBound, count: rows.count)
    switch entry.encoding {
    case .plain: try plain(raw, base, elementByteCount: MemoryLayout<Pattern>.stride)
    case .packed: try packed(raw, out)
    case .delta:
      let headerByteCount = BlockEncoder.deltaHeaderByteCount - BlockEncoder.packedHeaderByteCount
      try expect(
        raw.count >= BlockEncoder.deltaHeaderByteCount, "\(raw.count) bytes", "a delta header")
      try expect(rows.count > 1, "differences of one row", "two rows or more")
      let first = ByteReader(raw).uint64(at: 0)
      out[0] = Pattern(truncatingIfNeeded: first)
      try packed(
        UnsafeRawBufferPointer(rebasing: raw[headerByteCount...]),
        UnsafeMutableBufferPointer(rebasing: out[1...]))
      Pattern.accumulate(out)
    case .bits, .text, .aligned: try expect(false, "a block of \(entry.encoding)", "integers")
    }
  }

  /// Base, multiplier, width and residuals, which fill `raw` exactly.
  private func packed<Pattern: PackablePattern>(
    _ raw: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Pattern>
  ) throws(StorageError) {
    let headerByteCount = BlockEncoder.packedHeaderByteCount
    try expect(raw.count >= headerByteCount, "\(raw.count) bytes", "a packed header")
    let field = ByteReader(raw)
    let width = field.uint64(at: 16)
    try expect(
      width <= UInt64(Pattern.bitWidth), "a width of \(width) bits", "at most \(Pattern.bitWidth)")
    let byteCount =
      headerByteCount + BitPacking.packedByteCount(count: out.count, width: Int(width))
    try expect(raw.count == byteCount, "\(raw.count) bytes", "\(byteCount)")
    Pattern.unpack(
      UnsafeRawBufferPointer(rebasing: raw[headerByteCount...]), width: Int(width),
      base: Pattern(truncatingIfNeeded: field.uint64(at: 0)),
      multiplier: Pattern(truncatingIfNeeded: field.uint64(at: 8)), into: out)
  }

  private func codes<Pattern: PackablePattern>(
    _ type: Pattern.Type, _ raw: UnsafeRawBufferPointer, _ base: UnsafeMutableRawPointer
  ) throws(StorageError) {
    try expect(entry.encoding != .plain, "a block of plain values", "packed codes")
    try integers(type, raw, base)
    let codes = UnsafeBufferPointer(
      start: base.assumingMemoryBound(to: Pattern.self) + rows.lowerBound, count: rows.count)
    let greatest = Pattern.patternBounds(codes).maximum
    let isAllNull = entry.nullCount == rows.count && greatest == 0
    try expect(
      UInt64(greatest) < UInt64(header.dictionaryCount) || isAllNull, "code \(greatest)",
      "a code of the \(header.dictionaryCount) strings in the dictionary")
  }

  /// Strings: lengths and bytes, or one length and the bytes by position.
  private func text(
    _ raw: UnsafeRawBufferPointer, _ destination: ColumnDestination, _ scratch: BlockScratch
  ) throws(StorageError) {
    guard let text = destination.text else { preconditionFailure("texts are given room") }
    let start = destination.textStarts[block]
    let bytes = UnsafeMutableBufferPointer(start: text.bytes + start, count: Int(entry.maximum))
    let offsets = UnsafeMutableBufferPointer(
      start: text.offsets + rows.lowerBound + 1, count: rows.count)
    try expect(
      raw.count >= BlockEncoder.textHeaderByteCount, "\(raw.count) bytes", "a text header")
    if entry.encoding == .aligned {
      try aligned(raw, offsets, bytes, start, scratch)
    } else {
      try lengthsAndBytes(raw, offsets, bytes, start)
    }
  }

  private func lengthsAndBytes(
    _ raw: UnsafeRawBufferPointer, _ offsets: UnsafeMutableBufferPointer<UInt32>,
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ start: Int
  ) throws(StorageError) {
    let headerByteCount = BlockEncoder.textHeaderByteCount
    let width = ByteReader(raw).uint32(at: 4)
    try expect(width <= 32, "a width of \(width) bits", "at most 32")
    let packedByteCount = BitPacking.packedByteCount(count: rows.count, width: Int(width))
    let byteCount = headerByteCount + packedByteCount + bytes.count
    try expect(raw.count == byteCount, "\(raw.count) bytes", "\(byteCount)")
    BitPacking.unpack(
      UnsafeRawBufferPointer(rebasing: raw[headerByteCount..<headerByteCount + packedByteCount]),
      width: Int(width), base: ByteReader(raw).uint32(at: 0), multiplier: 1, into: offsets)
    var end = start
    for i in offsets.indices {
      end &+= Int(offsets[i])
      offsets[i] = UInt32(truncatingIfNeeded: end)
    }
    try expect(end - start == bytes.count, "\(end - start) bytes of strings", "\(bytes.count)")
    UnsafeMutableRawBufferPointer(bytes).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: raw[(headerByteCount + packedByteCount)...]))
  }

  private func aligned(
    _ raw: UnsafeRawBufferPointer, _ offsets: UnsafeMutableBufferPointer<UInt32>,
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ start: Int, _ scratch: BlockScratch
  ) throws(StorageError) {
    let length = Int(ByteReader(raw).uint32(at: 0))
    try expect(
      length <= BlockEncoder.alignedLengthMax && length * rows.count == bytes.count,
      "strings of \(length) bytes", "\(bytes.count) bytes in \(rows.count) strings")
    var at = BlockEncoder.textHeaderByteCount + 2 * length
    try expect(raw.count >= at, "\(raw.count) bytes", "bases and widths of \(length) positions")
    let column = scratch.values.reserve(rows.count).bindMemory(to: UInt8.self)
    // Positions that are the same in all strings of a block, as the first ones of running numbers are, are done
    // for all at once.
    ByteColumns.fill(
      (0..<length).map { raw[BlockEncoder.textHeaderByteCount + 2 * $0] }, into: bytes)
    for position in 0..<length {
      let base = raw[BlockEncoder.textHeaderByteCount + 2 * position]
      let width = Int(raw[BlockEncoder.textHeaderByteCount + 2 * position + 1])
      try expect(width <= 8, "a width of \(width) bits", "at most 8")
      let end = at + BitPacking.packedByteCount(count: rows.count, width: width)
      try expect(raw.count >= end, "\(raw.count) bytes", "\(end) or more")
      if width == 0 { continue }
      BitPacking.unpack(
        UnsafeRawBufferPointer(rebasing: raw[at..<end]), width: width, base: base, multiplier: 1,
        into: column)
      ByteColumns.scatter(
        UnsafeBufferPointer(column), position: position, length: length, into: bytes)
      at = end
    }
    try expect(raw.count == at, "\(raw.count) bytes", "\(at)")
    for i in offsets.indices {
      offsets[i] = UInt32(truncatingIfNeeded: start &+ (i &+ 1) &* length)
    }
  }
}
