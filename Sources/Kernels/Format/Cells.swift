// Text of cells, written at a pointer; each returns the place behind what it wrote.
// SAFETY: the caller has room for 40 bytes a flat cell, for six bytes for each byte of text and two more, and
// for `cellSlackByteCount` after the row: short texts are written in whole vectors.

/// Bytes that may be written past the end of a row's text.
let cellSlackByteCount = 32

typealias Place = UnsafeMutablePointer<UInt8>

@inline(__always)
func putBytes(_ bytes: UnsafeBufferPointer<UInt8>, at out: Place) -> Place {
  for i in 0..<bytes.count { out[i] = bytes[i] }
  return out + bytes.count
}

@inline(__always)
func putText(_ text: StaticString, at out: Place) -> Place {
  putBytes(
    UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), at: out)
}

/// Copies a text of which 32 bytes can be read, in two vectors when it is no longer than that.
@inline(__always)
func putReadable(_ source: UnsafePointer<UInt8>, _ count: Int, at out: Place) -> Place {
  let from = UnsafeRawPointer(source)
  let to = UnsafeMutableRawPointer(out)
  to.storeBytes(of: from.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
  if count > 16 {
    to.storeBytes(
      of: from.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), toByteOffset: 16,
      as: SIMD16<UInt8>.self)
    if count > 32 { (to + 32).copyMemory(from: from + 32, byteCount: count &- 32) }
  }
  return out + count
}

@inline(__always)
func putCell(
  _ cell: CellSource, _ row: Int, _ isJSON: Bool, _ state: CellState, _ dates: UnsafeRawPointer,
  at out: Place
) -> Place {
  if let validity = cell.validity, (validity[row &>> 6] &>> UInt64(row & 63)) & 1 == 0 {
    return isJSON ? putText("null", at: out) : out
  }
  switch cell.kind {
  case .int8: return putInteger(Int64(cell.load(row, as: Int8.self)), at: out)
  case .int16: return putInteger(Int64(cell.load(row, as: Int16.self)), at: out)
  case .int32: return putInteger(Int64(cell.load(row, as: Int32.self)), at: out)
  case .int64: return putInteger(cell.load(row, as: Int64.self), at: out)
  case .uint8: return putDigits(UInt64(cell.load(row, as: UInt8.self)), at: out)
  case .uint16: return putDigits(UInt64(cell.load(row, as: UInt16.self)), at: out)
  case .uint32: return putDigits(UInt64(cell.load(row, as: UInt32.self)), at: out)
  case .float32: return putFloat(cell.load(row, as: Float.self), isJSON, at: out)
  case .float64: return putDouble(cell.load(row, as: Double.self), isJSON, at: out)
  case .bool:
    let word = cell.load(row &>> 6, as: UInt64.self)
    return putText((word &>> UInt64(row & 63)) & 1 != 0 ? "true" : "false", at: out)
  case .day: return putDayCell(cell.load(row, as: Int32.self), isJSON, dates, at: out)
  case .money: return putMoney(cell.load(row, as: Int64.self), at: out)
  case .text:
    if state.isPlain { return putPlainText(cell, row, isJSON, state, at: out) }
    return putTextCell(cell.string(row), isJSON, at: out)
  case .dictionary8:
    return putString(cell, Int(cell.load(row, as: UInt8.self)), state, at: out)
  case .dictionary16:
    return putString(cell, Int(cell.load(row, as: UInt16.self)), state, at: out)
  case .dictionary32:
    return putString(cell, Int(cell.load(row, as: UInt32.self)), state, at: out)
  }
}

/// String `index` as it stands.
@inline(__always)
private func putString(
  _ cell: CellSource, _ index: Int, _ state: CellState, at out: Place
) -> Place {
  let text = cell.string(index)
  let start = cell.offsets.unsafelyUnwrapped[index]
  if start < state.readableEnd {
    return putReadable(text.baseAddress.unsafelyUnwrapped, text.count, at: out)
  }
  return putBytes(text, at: out)
}

@inline(__always)
private func putPlainText(
  _ cell: CellSource, _ row: Int, _ isJSON: Bool, _ state: CellState, at out: Place
) -> Place {
  if !isJSON { return putString(cell, row, state, at: out) }
  out.pointee = 0x22
  let end = putString(cell, row, state, at: out + 1)
  end.pointee = 0x22
  return end + 1
}

@inline(__always)
private func putDayCell(
  _ day: Int32, _ isJSON: Bool, _ dates: UnsafeRawPointer, at out: Place
) -> Place {
  if DateTable.days.contains(day) {
    let text = dates.loadUnaligned(
      fromByteOffset: Int(day) &* 16, as: SIMD16<UInt8>.self)
    if !isJSON {
      UnsafeMutableRawPointer(out).storeBytes(of: text, as: SIMD16<UInt8>.self)
      return out + 10
    }
    out.pointee = 0x22
    UnsafeMutableRawPointer(out + 1).storeBytes(of: text, as: SIMD16<UInt8>.self)
    out[11] = 0x22
    return out + 12
  }
  let clamped = min(max(day, fourDigitDays.lowerBound), fourDigitDays.upperBound - 1)
  if !isJSON { return putDay(clamped, at: out) }
  out.pointee = 0x22
  let end = putDay(clamped, at: out + 1)
  end.pointee = 0x22
  return end + 1
}

@inline(__always)
private func putTextCell(
  _ text: UnsafeBufferPointer<UInt8>, _ isJSON: Bool, at out: Place
) -> Place {
  if isJSON { return putQuotedJSON(text, at: out) }
  return needsCSVQuotes(text) ? putQuotedCSV(text, at: out) : putBytes(text, at: out)
}

func putQuotedCSV(_ text: UnsafeBufferPointer<UInt8>, at place: Place) -> Place {
  var out = place
  out.pointee = 0x22
  out += 1
  for byte in text {
    if byte == 0x22 {
      out.pointee = 0x22
      out += 1
    }
    out.pointee = byte
    out += 1
  }
  out.pointee = 0x22
  return out + 1
}

func putQuotedJSON(_ text: UnsafeBufferPointer<UInt8>, at place: Place) -> Place {
  var out = place
  out.pointee = 0x22
  out += 1
  for byte in text {
    if byte == 0x22 || byte == 0x5C {
      out[0] = 0x5C
      out[1] = byte
      out += 2
    } else if byte < 0x20 {
      out = putText("\\u00", at: out)
      out[0] = 0x30 + (byte >> 4)
      out[1] = byte & 15 < 10 ? 0x30 + (byte & 15) : 0x57 + (byte & 15)
      out += 2
    } else {
      out.pointee = byte
      out += 1
    }
  }
  out.pointee = 0x22
  return out + 1
}

private func putFloat(_ value: Float, _ isJSON: Bool, at out: Place) -> Place {
  guard value.isFinite else { return isJSON ? putText("null", at: out) : out }
  if value.magnitude < 0x1p24, value == value.rounded() {
    return putText(".0", at: putInteger(Int64(value), at: out))
  }
  return putString(value.description, at: out)
}

private func putDouble(_ value: Double, _ isJSON: Bool, at out: Place) -> Place {
  guard value.isFinite else { return isJSON ? putText("null", at: out) : out }
  if value.magnitude < 0x1p53, value == value.rounded() {
    return putText(".0", at: putInteger(Int64(value), at: out))
  }
  return putString(value.description, at: out)
}

/// At most 32 bytes: the shortest text of a Double has 24.
private func putString(_ string: String, at out: Place) -> Place {
  var string = string
  return string.withUTF8 { putBytes($0, at: out) }
}
