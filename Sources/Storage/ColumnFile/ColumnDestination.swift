import Columns

/// Where the blocks of one column are decoded to. Every block writes only what belongs to its rows.
final class ColumnDestination: @unchecked Sendable {
  // SAFETY: the pointers lead into the buffers held beside them, which nobody else sees until `column()`.
  enum Values {
    case fixed(UnsafeMutableRawPointer, ColumnValues)
    case hashes(UnsafeMutableRawPointer, AlignedBuffer<UInt64>)
    case bits(UnsafeMutablePointer<UInt64>, AlignedBuffer<UInt64>)
    case codes(UnsafeMutableRawPointer, DictionaryCodes)
    case text
  }

  /// A string table under construction.
  struct Text {
    let offsets: UnsafeMutablePointer<UInt32>
    let bytes: UnsafeMutablePointer<UInt8>
    let offsetBuffer: AlignedBuffer<UInt32>
    let byteBuffer: AlignedBuffer<UInt8>

    init(count: Int, byteCount: Int) {
      (offsetBuffer, offsets) = unfilled(count + 1)
      (byteBuffer, bytes) = unfilled(byteCount)
      offsets[0] = 0
    }

    var table: StringTable { StringTable(offsets: offsetBuffer, bytes: byteBuffer) }
  }

  let header: ColumnFileHeader
  let values: Values
  /// The strings of a text column, or of a dictionary.
  let text: Text?
  /// Where each text block's bytes start; index by block.
  let textStarts: [Int]
  let validity: UnsafeMutablePointer<UInt64>?
  private let validityBuffer: AlignedBuffer<UInt64>?

  /// Allocates for a file whose header and index have been checked.
  init(_ header: ColumnFileHeader, _ entries: [BlockEntry], asHashes: Bool = false) {
    self.header = header
    let count = header.rowCount
    values =
      switch header.type {
      case .int8: ColumnDestination.fixed(count) { .int8($0) }
      case .int16: ColumnDestination.fixed(count) { .int16($0) }
      case .int32: ColumnDestination.fixed(count) { .int32($0) }
      case .int64 where asHashes: ColumnDestination.hashes(count)
      case .int64: ColumnDestination.fixed(count) { .int64($0) }
      case .uint8: ColumnDestination.fixed(count) { .uint8($0) }
      case .uint16: ColumnDestination.fixed(count) { .uint16($0) }
      case .uint32: ColumnDestination.fixed(count) { .uint32($0) }
      case .float32: ColumnDestination.fixed(count) { .float32($0) }
      case .float64: ColumnDestination.fixed(count) { .float64($0) }
      case .day: ColumnDestination.fixed(count) { .day($0) }
      case .money: ColumnDestination.fixed(count) { .money($0) }
      case .bool: ColumnDestination.bits(count)
      case .string: ColumnDestination.codes(count, header.dictionaryCount)
      case .text: .text
      }
    var starts: [Int] = []
    var textByteCount = 0
    for entry in entries where entry.encoding.isText {
      starts.append(textByteCount)
      textByteCount += Int(entry.maximum)
    }
    textStarts = starts
    switch header.type {
    case .text: text = Text(count: count, byteCount: textByteCount)
    case .string: text = Text(count: header.dictionaryCount, byteCount: textByteCount)
    default: text = nil
    }
    if entries.contains(where: { $0.nullCount > 0 }) {
      let (buffer, words): (AlignedBuffer<UInt64>, _) = unfilled(Bitmap.wordCount(of: count))
      (validityBuffer, validity) = (buffer, words)
    } else {
      (validityBuffer, validity) = (nil, nil)
    }
  }

  /// Values of fixed width without nulls, in memory that somebody else keeps: there is no `column` of them.
  init(_ header: ColumnFileHeader, borrowing base: UnsafeMutableRawPointer) {
    self.header = header
    values = .fixed(base, .uint8(AlignedBuffer([])))
    text = nil
    textStarts = []
    (validityBuffer, validity) = (nil, nil)
  }

  private static func fixed<Element: BitwiseCopyable>(
    _ count: Int, _ make: (AlignedBuffer<Element>) -> ColumnValues
  ) -> Values {
    let (buffer, pointer): (AlignedBuffer<Element>, _) = unfilled(count)
    return .fixed(UnsafeMutableRawPointer(pointer), make(buffer))
  }

  private static func hashes(_ count: Int) -> Values {
    let (buffer, pointer): (AlignedBuffer<UInt64>, _) = unfilled(count)
    return .hashes(UnsafeMutableRawPointer(pointer), buffer)
  }

  private static func bits(_ count: Int) -> Values {
    let (buffer, pointer): (AlignedBuffer<UInt64>, _) = unfilled(Bitmap.wordCount(of: count))
    return .bits(pointer, buffer)
  }

  private static func codes(_ count: Int, _ dictionaryCount: Int) -> Values {
    switch ColumnDestination.codeByteCount(dictionaryCount) {
    case 1:
      let (buffer, pointer): (AlignedBuffer<UInt8>, _) = unfilled(count)
      return .codes(UnsafeMutableRawPointer(pointer), .uint8(buffer))
    case 2:
      let (buffer, pointer): (AlignedBuffer<UInt16>, _) = unfilled(count)
      return .codes(UnsafeMutableRawPointer(pointer), .uint16(buffer))
    default:
      let (buffer, pointer): (AlignedBuffer<UInt32>, _) = unfilled(count)
      return .codes(UnsafeMutableRawPointer(pointer), .uint32(buffer))
    }
  }

  /// Bytes of a code in memory: the narrowest type that holds all of a dictionary.
  static func codeByteCount(_ dictionaryCount: Int) -> Int {
    dictionaryCount <= 1 << 8 ? 1 : dictionaryCount <= 1 << 16 ? 2 : 4
  }

  /// The column, once every block has been decoded.
  func column(named name: String) -> Column {
    let columnValues: ColumnValues =
      switch values {
      case .fixed(_, let values): values
      case .hashes: preconditionFailure("hashes are no column")
      case .bits(_, let words): .bool(Bitmap(count: header.rowCount, words: words))
      case .codes(_, let codes): .string(codes, text!.table)
      case .text: .text(text!.table)
      }
    let bitmap = validityBuffer.map { Bitmap(count: header.rowCount, words: $0) }
    return Column(name, columnValues, validity: bitmap)
  }

  /// The hashes, once every block has been decoded.
  var hashBuffer: AlignedBuffer<UInt64> {
    guard case .hashes(_, let buffer) = values else {
      preconditionFailure("no hashes were asked for")
    }
    return buffer
  }
}

/// A buffer and the address of its elements, every one of which the caller fills before anybody sees it.
private func unfilled<Element: BitwiseCopyable>(
  _ count: Int
) -> (AlignedBuffer<Element>, UnsafeMutablePointer<Element>) {
  var elements: UnsafeMutablePointer<Element>?
  let buffer = AlignedBuffer<Element>(count: count) { elements = $0.baseAddress }
  return (buffer, elements!)
}
