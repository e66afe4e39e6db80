/// A field being read from its start.
struct FieldText {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var end: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    end = bytes.count
  }

  var isEmpty: Bool { position >= end }

  mutating func trimBlanks() {
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    while position < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
  }

  /// The next byte, taken.
  mutating func next() -> UInt8? {
    guard position < end else { return nil }
    position += 1
    return bytes[position - 1]
  }

  /// Takes a byte if it is next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Takes 1…`limit` digits; nil when there are none or more.
  mutating func number(atMost limit: Int) -> (value: Int, digitCount: Int)? {
    var value = 0
    let start = position
    while position < end, bytes[position] &- 0x30 <= 9 {
      guard position - start < limit else { return nil }
      value = value * 10 + Int(bytes[position] &- 0x30)
      position += 1
    }
    return position > start ? (value, position - start) : nil
  }

  /// Whether what is left is nothing, or a time of day with or without a zone: `T09:30`, ` 09:30:15.25Z`,
  /// ` 9:30 PM`, `T09:30:00+02:00`.
  mutating func isTimeOrEnd() -> Bool {
    if isEmpty { return true }
    guard take(0x54) || take(0x74) || take(0x20) else { return false }
    guard let hour = number(atMost: 2), hour.value <= 24 else { return false }
    guard take(0x3A), let minute = number(atMost: 2), minute.digitCount == 2, minute.value < 60
    else { return false }
    if take(0x3A) {
      guard let second = number(atMost: 2), second.digitCount == 2, second.value <= 60 else {
        return false
      }
      if take(0x2E) || take(0x2C) {
        guard number(atMost: 18) != nil else { return false }
      }
    }
    if isEmpty { return true }
    let hasBlank = take(0x20)
    if isEmpty { return false }
    let letter = bytes[position] | 0x20
    if letter == 0x61 || letter == 0x70 {  // am, pm
      position += 1
      return (take(0x4D) || take(0x6D)) && isEmpty && hour.value <= 12
    }
    return isZone() || (hasBlank && isZoneName())
  }

  /// `Z`, `+02`, `+0200` or `-03:30`.
  private mutating func isZone() -> Bool {
    if take(0x5A) || take(0x7A) { return isEmpty }
    guard take(0x2B) || take(0x2D) else { return false }
    guard let hours = number(atMost: 4) else { return false }
    if hours.digitCount == 4 { return isEmpty && hours.value / 100 <= 18 && hours.value % 100 < 60 }
    guard hours.digitCount == 2, hours.value <= 18 else { return false }
    if isEmpty { return true }
    guard take(0x3A), let minutes = number(atMost: 2) else { return false }
    return minutes.digitCount == 2 && minutes.value < 60 && isEmpty
  }

  /// `UTC` or `GMT`.
  private mutating func isZoneName() -> Bool {
    let rest = bytes[position..<end].map { $0 | 0x20 }
    return rest == Array("utc".utf8) || rest == Array("gmt".utf8)
  }
}
