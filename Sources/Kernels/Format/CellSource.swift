import CPlatform

/// A column as the row formatter sees it: plain pointers, so that a row's loop touches no reference counts
/// (they made it seven times slower).
///
/// SAFETY: whoever makes one keeps the columns, and the bytes of `lead` and of the dictionary, alive while it
/// is in use.
package struct CellSource {
  package enum Kind: UInt8, Sendable {
    case int8, int16, int32, int64, uint8, uint16, uint32, float32, float64, bool
    case day, money, text, dictionary8, dictionary16, dictionary32
  }

  let kind: Kind
  let values: UnsafeRawPointer
  let validity: UnsafePointer<UInt64>?
  /// What stands before the cell; 64 bytes can be read there, however many there are.
  let lead: UnsafeBufferPointer<UInt8>
  /// Offsets and bytes of a text column, or of the ready-quoted values of a dictionary.
  let offsets: UnsafePointer<UInt32>?
  let bytes: UnsafePointer<UInt8>?
  /// How many strings these are.
  let stringCount: Int

  package init(
    kind: Kind, values: UnsafeRawPointer, validity: UnsafePointer<UInt64>?,
    lead: UnsafeBufferPointer<UInt8>, offsets: UnsafePointer<UInt32>? = nil,
    bytes: UnsafePointer<UInt8>? = nil, stringCount: Int = 0
  ) {
    self.kind = kind
    self.values = values
    self.validity = validity
    self.lead = lead
    self.offsets = offsets
    self.bytes = bytes
    self.stringCount = stringCount
  }

  /// Whether the cell's texts in some rows stand as they are, without quotes (CSV) or escapes (JSON).
  func isPlainText(_ rows: Range<Int>, isJSON: Bool) -> Bool {
    guard kind == .text, let offsets, let bytes else { return false }
    let start = Int(offsets[rows.lowerBound])
    let text = UnsafeBufferPointer(
      start: bytes + start, count: Int(offsets[rows.upperBound]) - start)
    return isJSON
      ? !strata_holds_json_specials(text.baseAddress, text.count)
      : !strata_holds_csv_specials(text.baseAddress, text.count)
  }

  /// The row's value as an element of a flat column.
  @inline(__always)
  func load<Value>(_ row: Int, as type: Value.Type) -> Value {
    values.assumingMemoryBound(to: type)[row]
  }

  /// String `index` of the text column or the dictionary.
  @inline(__always)
  func string(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(offsets.unsafelyUnwrapped[index])
    let end = Int(offsets.unsafelyUnwrapped[index + 1])
    return UnsafeBufferPointer(start: bytes.unsafelyUnwrapped + start, count: end - start)
  }
}
