import Columns
import Kernels

extension BlockEncoder {
  /// Encodes floats as they are; nulls become 0. Bounds only where no value is NaN.
  func floats<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _: Value.Type, _ base: UnsafeRawPointer, _ rows: Range<Int>,
    _ nulls: UnsafeBufferPointer<UInt64>?, _ entry: inout BlockEntry, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    let values = UnsafeBufferPointer(
      start: base.assumingMemoryBound(to: Value.self) + rows.lowerBound, count: rows.count)
    var minimum = Value.infinity
    var maximum = -Value.infinity
    var hasNaN = false
    let byteCount = rows.count * MemoryLayout<Value>.stride
    func note(_ value: Value) {
      minimum = value < minimum ? value : minimum
      maximum = value > maximum ? value : maximum
      hasNaN = hasNaN || value.isNaN
    }
    let raw: UnsafeRawBufferPointer
    if let nulls {
      raw = write(nulls, byteCount, scratch) { out in
        for i in values.indices {
          let isValid = (nulls[i &>> 6] &>> UInt64(i & 63)) & 1 != 0
          if isValid { note(values[i]) }
          out.storeBytes(
            of: isValid ? values[i] : 0, toByteOffset: i &* MemoryLayout<Value>.stride,
            as: Value.self)
        }
      }
    } else {
      for value in values { note(value) }
      raw = UnsafeRawBufferPointer(values)
    }
    entry.encoding = .plain
    entry.hasBounds = !hasNaN && entry.nullCount < rows.count
    if entry.hasBounds {
      entry.minimum = Int64(bitPattern: Double(minimum).bitPattern)
      entry.maximum = Int64(bitPattern: Double(maximum).bitPattern)
    }
    return raw
  }

  /// Encodes bits as words; nulls become 0.
  func bits(
    _ words: UnsafePointer<UInt64>, _ rows: Range<Int>, _ nulls: UnsafeBufferPointer<UInt64>?,
    _ entry: inout BlockEntry, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    let values = UnsafeBufferPointer(
      start: words + rows.lowerBound / 64, count: Bitmap.wordCount(of: rows.count))
    entry.encoding = .bits
    guard let nulls else { return UnsafeRawBufferPointer(values) }
    return write(nulls, values.count * 8, scratch) { out in
      for w in values.indices {
        out.storeBytes(
          of: (values[w] & nulls[w]).littleEndian, toByteOffset: w &* 8, as: UInt64.self)
      }
    }
  }

  /// Encodes strings: their lengths, packed, then their bytes. A null has length 0.
  func encodeText(
    _ table: StringTable, _ rows: Range<Int>, validity nulls: UnsafeBufferPointer<UInt64>?,
    _ entry: inout BlockEntry, _ scratch: BlockScratch
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let count = rows.count
    let offsets = table.offsets.pointer
    let lengths = scratch.values.reserve(count * 4).bindMemory(to: UInt32.self)
    var textByteCount = 0
    for i in 0..<count {
      let isValid = nulls == nil || (nulls![i &>> 6] &>> UInt64(i & 63)) & 1 != 0
      let row = rows.lowerBound + i
      lengths[i] = isValid ? offsets[row + 1] - offsets[row] : 0
      textByteCount += Int(lengths[i])
    }
    guard textByteCount <= StorageLimits.blockByteCountMax / 2 else {
      throw StorageError(
        .limit, path: path, found: "\(textByteCount) bytes of text in \(count) rows",
        expected: "at most \(StorageLimits.blockByteCountMax / 2)",
        advice: "shorten the texts, or leave the column out")
    }
    let bounds = IntegerBounds.find(in: UnsafeBufferPointer(lengths))
    entry.maximum = Int64(textByteCount)
    if nulls == nil, bounds.minimum == bounds.maximum {
      let start = Int(offsets[rows.lowerBound])
      let text = UnsafeBufferPointer(
        rebasing: table.bytes.pointer[start..<start + textByteCount])
      if let raw = aligned(text, length: Int(bounds.minimum), count: count, scratch) {
        entry.encoding = .aligned
        return raw
      }
      // The lengths stood where the positions were gathered.
      lengths.update(repeating: bounds.minimum)
    }
    let width = BitPacking.width(of: UInt64(bounds.maximum - bounds.minimum))
    let packedByteCount = BitPacking.packedByteCount(count: count, width: width)
    let byteCount = Self.textHeaderByteCount + packedByteCount + textByteCount
    entry.encoding = .text
    return write(nulls, byteCount, scratch) { out in
      out.storeBytes(of: bounds.minimum.littleEndian, as: UInt32.self)
      out.storeBytes(of: UInt32(width).littleEndian, toByteOffset: 4, as: UInt32.self)
      BitPacking.pack(
        UnsafeBufferPointer(lengths), base: bounds.minimum, divisor: .one, width: width,
        into: UnsafeMutableRawBufferPointer(rebasing: out[Self.textHeaderByteCount...]))
      let text = UnsafeMutableRawBufferPointer(
        rebasing: out[(Self.textHeaderByteCount + packedByteCount)...])
      if nulls == nil {
        let start = Int(offsets[rows.lowerBound])
        text.copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(table.bytes.pointer)[start..<start + textByteCount]))
      } else {
        var at = 0
        for i in 0..<count where lengths[i] > 0 {
          UnsafeMutableRawBufferPointer(rebasing: text[at...]).copyMemory(
            from: UnsafeRawBufferPointer(table.utf8(at: rows.lowerBound + i)))
          at += Int(lengths[i])
        }
      }
    }
  }

  /// Text blocks start with the least length and the width of the rest.
  static let textHeaderByteCount = 8
}
