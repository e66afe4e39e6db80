import Columns
import Kernels

extension BlockEncoder {
  /// Packed blocks start with base, multiplier and width, delta blocks with the first value before these.
  static let packedHeaderByteCount = 24
  static let deltaHeaderByteCount = 32

  /// Encodes integers: plain, packed or delta, whichever is smallest.
  func integers<Value: PackableInteger>(
    _: Value.Type, _ base: UnsafeRawPointer, _ rows: Range<Int>,
    _ nulls: UnsafeBufferPointer<UInt64>?, _ entry: inout BlockEntry, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    var values = UnsafeBufferPointer(
      start: base.assumingMemoryBound(to: Value.self) + rows.lowerBound, count: rows.count)
    if let nulls {
      // Nulls become the least value: what lies behind a null is unspecified, and must not be seen in the
      // bytes nor widen the block.
      guard entry.nullCount < rows.count else {
        return packed(values, (0, 0), nulls, isAllNull: true, &entry, scratch)
      }
      values = replacingNulls(values, nulls, with: least(values, nulls), scratch)
    }
    let bounds = Value.bounds(values)
    entry.hasBounds = true
    entry.minimum = Int64(truncatingIfNeeded: bounds.minimum)
    entry.maximum = Int64(truncatingIfNeeded: bounds.maximum)
    return packed(values, bounds, nulls, isAllNull: false, &entry, scratch)
  }

  /// Encodes codes of a dictionary: packed from 0 or more, with code 0 where null.
  func codes(
    _ base: UnsafeRawPointer, _ byteCount: Int, _ dictionary: StringTable, _ rows: Range<Int>,
    _ nulls: UnsafeBufferPointer<UInt64>?, _ block: Int, _ entry: inout BlockEntry,
    _ scratch: BlockScratch
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let raw =
      switch byteCount {
      case 1: codesOf(UInt8.self, base, rows, nulls, &entry, scratch)
      case 2: codesOf(UInt16.self, base, rows, nulls, &entry, scratch)
      default: codesOf(UInt32.self, base, rows, nulls, &entry, scratch)
      }
    guard entry.nullCount == rows.count || entry.maximum < dictionary.count else {
      throw StorageError(
        .invalid, path: path, block: block, found: "code \(entry.maximum)",
        expected: "a code below \(dictionary.count), the strings of the dictionary",
        advice: "this is a bug: report it")
    }
    return raw
  }

  private func codesOf<Value: PackableInteger>(
    _: Value.Type, _ base: UnsafeRawPointer, _ rows: Range<Int>,
    _ nulls: UnsafeBufferPointer<UInt64>?, _ entry: inout BlockEntry, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    var values = UnsafeBufferPointer(
      start: base.assumingMemoryBound(to: Value.self) + rows.lowerBound, count: rows.count)
    if let nulls {
      guard entry.nullCount < rows.count else {
        return packed(values, (0, 0), nulls, isAllNull: true, &entry, scratch)
      }
      values = replacingNulls(values, nulls, with: least(values, nulls), scratch)
      let bounds = Value.bounds(values)
      entry.minimum = Int64(truncatingIfNeeded: bounds.minimum)
      entry.maximum = Int64(truncatingIfNeeded: bounds.maximum)
      values = replacingNulls(values, nulls, with: 0, scratch)
    } else {
      let bounds = Value.bounds(values)
      entry.minimum = Int64(truncatingIfNeeded: bounds.minimum)
      entry.maximum = Int64(truncatingIfNeeded: bounds.maximum)
    }
    entry.hasBounds = true
    let minimum = nulls == nil ? Value(truncatingIfNeeded: entry.minimum) : 0
    return packed(
      values, (minimum, Value(truncatingIfNeeded: entry.maximum)), nulls, isAllNull: false, &entry,
      scratch)
  }

  /// The least value that is not null; there is one.
  private func least<Value: PackableInteger>(
    _ values: UnsafeBufferPointer<Value>, _ nulls: UnsafeBufferPointer<UInt64>
  ) -> Value {
    var least = Value.max
    for i in values.indices where (nulls[i &>> 6] &>> UInt64(i & 63)) & 1 != 0 {
      least = min(least, values[i])
    }
    return least
  }

  private func replacingNulls<Value: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Value>, _ nulls: UnsafeBufferPointer<UInt64>, with null: Value,
    _ scratch: BlockScratch
  ) -> UnsafeBufferPointer<Value> {
    // May run twice over the same scratch: reading and writing the same element is fine.
    let out = scratch.values.reserve(values.count * MemoryLayout<Value>.stride)
      .bindMemory(to: Value.self)
    for i in values.indices {
      out[i] = (nulls[i &>> 6] &>> UInt64(i & 63)) & 1 != 0 ? values[i] : null
    }
    return UnsafeBufferPointer(out)
  }

  /// Chooses between the encodings by their size and writes validity and values to the raw scratch.
  private func packed<Value: PackableInteger>(
    _ values: UnsafeBufferPointer<Value>, _ bounds: (minimum: Value, maximum: Value),
    _ nulls: UnsafeBufferPointer<UInt64>?, isAllNull: Bool, _ entry: inout BlockEntry,
    _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    typealias Pattern = Value.Pattern
    let count = values.count
    let patterns = UnsafeBufferPointer(
      start: values.baseAddress.map {
        UnsafeRawPointer($0).assumingMemoryBound(to: Pattern.self)
      }, count: count)
    let base = Pattern(truncatingIfNeeded: bounds.minimum)
    let range = isAllNull ? 0 : UInt64(Pattern(truncatingIfNeeded: bounds.maximum) &- base)
    var divisor = ExactDivisor.one
    // A block of narrow values gains nothing from a divisor that is worth a look at each of them.
    if range > 255 { divisor = ExactDivisor(Pattern.commonDivisor(patterns, base: base)) }
    let width = BitPacking.width(of: range / divisor.value)
    let plainByteCount = count * MemoryLayout<Value>.stride
    // The bytes of a plain code would depend on how wide the codes are in memory.
    let mayBePlain = header.type != .string
    let packedByteCount =
      Self.packedHeaderByteCount + BitPacking.packedByteCount(count: count, width: width)

    let smallest = mayBePlain ? min(plainByteCount, packedByteCount) : packedByteCount
    if !isAllNull, let delta = delta(values, patterns, smallerThan: smallest, scratch) {
      entry.encoding = .delta
      return write(nulls, delta.byteCount, scratch) { out in
        out.storeBytes(of: UInt64(patterns[0]).littleEndian, as: UInt64.self)
        writePacked(
          delta.values, base: delta.minimum, .one, delta.width,
          UnsafeMutableRawBufferPointer(rebasing: out[8...]))
      }
    }
    if mayBePlain && plainByteCount <= packedByteCount && !isAllNull {
      entry.encoding = .plain
      return plain(UnsafeRawBufferPointer(values), nulls, scratch)
    }
    entry.encoding = .packed
    return write(nulls, packedByteCount, scratch) { out in
      writePacked(patterns, base: base, divisor, width, out)
    }
  }

  /// Base, multiplier and width, then the residuals.
  private func writePacked<Pattern: PackablePattern>(
    _ values: UnsafeBufferPointer<Pattern>, base: Pattern, _ divisor: ExactDivisor, _ width: Int,
    _ out: UnsafeMutableRawBufferPointer
  ) {
    out.storeBytes(of: UInt64(base).littleEndian, as: UInt64.self)
    out.storeBytes(of: divisor.value.littleEndian, toByteOffset: 8, as: UInt64.self)
    out.storeBytes(of: UInt64(width).littleEndian, toByteOffset: 16, as: UInt64.self)
    Pattern.pack(
      values, base: base, divisor: divisor, width: width,
      into: UnsafeMutableRawBufferPointer(rebasing: out[Self.packedHeaderByteCount...]))
  }

  private func delta<Value: PackableInteger>(
    _ values: UnsafeBufferPointer<Value>, _ patterns: UnsafeBufferPointer<Value.Pattern>,
    smallerThan byteCount: Int, _ scratch: BlockScratch
  ) -> (
    values: UnsafeBufferPointer<Value.Pattern>, minimum: Value.Pattern, width: Int, byteCount: Int
  )? {
    guard values.count > 1, Value.isRising(values) else { return nil }
    // Not the values scratch: the values themselves may stand there.
    let memory = scratch.stored.reserve((values.count - 1) * MemoryLayout<Value>.stride)
    let differences = memory.bindMemory(to: Value.Pattern.self)
    Value.Pattern.difference(patterns, into: differences)
    let bounds = Value.Pattern.patternBounds(UnsafeBufferPointer(differences))
    let width = BitPacking.width(of: UInt64(bounds.maximum - bounds.minimum))
    let size =
      Self.deltaHeaderByteCount
      + BitPacking.packedByteCount(count: differences.count, width: width)
    guard size < byteCount else { return nil }
    return (UnsafeBufferPointer(differences), bounds.minimum, width, size)
  }

  /// Validity, where there are nulls, and values as they are.
  func plain(
    _ values: UnsafeRawBufferPointer, _ nulls: UnsafeBufferPointer<UInt64>?, _ scratch: BlockScratch
  ) -> UnsafeRawBufferPointer {
    // Without nulls the column's own memory is what is stored: no copy.
    guard nulls != nil else { return values }
    return write(nulls, values.count, scratch) { $0.copyMemory(from: values) }
  }

  /// The raw block: validity words, then `byteCount` bytes by `body`, which may write the slack behind them.
  func write(
    _ nulls: UnsafeBufferPointer<UInt64>?, _ byteCount: Int, _ scratch: BlockScratch,
    _ body: (UnsafeMutableRawBufferPointer) -> Void
  ) -> UnsafeRawBufferPointer {
    let validityByteCount = (nulls?.count ?? 0) * 8
    let total = validityByteCount + byteCount
    let out = scratch.raw.reserve(total + BitPacking.slackByteCount)
    if let nulls { out.copyMemory(from: UnsafeRawBufferPointer(nulls)) }
    body(UnsafeMutableRawBufferPointer(rebasing: out[validityByteCount...]))
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(out)[..<total])
  }
}
