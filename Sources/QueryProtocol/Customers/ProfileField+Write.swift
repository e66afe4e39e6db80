/// Values as texts, written to memory that `ProfileLayout` reserved; each returns how many bytes it wrote.
///
/// SAFETY: `ProfileLayout` reserves `byteCountMax` of the field and six bytes for each byte of text.
extension ProfileField {
  @inline(__always)
  func writeJSON(_ loaded: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    switch kind {
    case .packed8, .packed16, .packed32:
      let text = quoted[Int(loaded)]
      copyPadded(text.baseAddress!, text.count, to: out)
      return text.count
    case .code8, .code16, .code32, .text: return writeQuoted(loaded, to: out)
    case .bool: return NumberText.write(text: loaded == 1 ? "true" : "false", to: out)
    case .day:
      out[0] = UInt8(ascii: "\"")
      let count = writePlain(loaded, to: out + 1)
      out[count + 1] = UInt8(ascii: "\"")
      return count + 2
    default: return writePlain(loaded, to: out)
    }
  }

  @inline(__always)
  func writeBulk(_ loaded: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    switch kind {
    case .packed8, .packed16, .packed32:
      let text = bulk[Int(loaded)]
      copyPadded(text.baseAddress!, text.count, to: out)
      return text.count
    case .code8, .code16, .code32, .text:
      let text = text(loaded)
      let head = writeBulkHead(text.count, to: out)
      if let start = text.baseAddress { (out + head).update(from: start, count: text.count) }
      return writeBulkEnd(head + text.count, to: out)
    case .uint8, .int8, .bool:
      let count = writePlain(loaded, to: out + 4)
      _ = writeBulkHead(count, to: out)
      return writeBulkEnd(4 + count, to: out)
    default:
      // Values of ten bytes or more have a head of five bytes; shorter ones move one byte to the front.
      let count = writePlain(loaded, to: out + 5)
      let head = writeBulkHead(count, to: out)
      if head == 4 { moveDown(out + 5, count) }
      return writeBulkEnd(head + count, to: out)
    }
  }

  /// Moves fewer than ten bytes one byte to the front.
  @inline(__always)
  private func moveDown(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let raw = UnsafeMutableRawPointer(bytes)
    let moved = raw.loadUnaligned(as: SIMD16<UInt8>.self)
    (raw - 1).storeBytes(of: moved, as: SIMD16<UInt8>.self)
  }

  /// `$N CR LF`.
  @inline(__always)
  private func writeBulkHead(_ count: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
    let digitCount = decimalDigitCount(UInt64(count))
    out[0] = UInt8(ascii: "$")
    writeDecimal(UInt64(count), digitCount: digitCount, to: out + 1)
    out[digitCount + 1] = 0x0D
    out[digitCount + 2] = 0x0A
    return digitCount + 3
  }

  @inline(__always)
  private func writeBulkEnd(_ count: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
    out[count] = 0x0D
    out[count + 1] = 0x0A
    return count + 2
  }

  @inline(__always)
  private func writePlain(_ loaded: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    switch kind {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32:
      return NumberText.write(integer: Int64(bitPattern: loaded), to: out)
    case .money: return NumberText.write(money: Int64(bitPattern: loaded), to: out)
    case .day:
      return NumberText.write(day: Int32(truncatingIfNeeded: loaded), to: out)
    case .float32:
      return NumberText.write(
        float: Float(bitPattern: UInt32(truncatingIfNeeded: loaded)), to: out)
    case .float64: return NumberText.write(double: Double(bitPattern: loaded), to: out)
    case .bool:
      out[0] = loaded == 1 ? UInt8(ascii: "1") : UInt8(ascii: "0")
      return 1
    case .packed8, .packed16, .packed32, .code8, .code16, .code32, .text:
      return 0
    }
  }

  /// Text as a JSON string; repaired first where it is not UTF-8, which takes up to three bytes for one.
  private func writeQuoted(_ loaded: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    let text = text(loaded)
    if isValidText { return JSONString.write(text, to: out) }
    var repaired = String(decoding: text, as: UTF8.self)
    return repaired.withUTF8 { JSONString.write($0, to: out) }
  }
}
