/// A pattern of LIKE: `%` stands for any text, `_` for one character; there is no escape character.
struct LikePattern: Hashable, Sendable {
  private let pattern: [UInt8]

  init(_ text: String) { pattern = Array(text.utf8) }

  /// Whether the whole text matches. Greedy with one point to go back to, so at most |text| · |pattern| steps.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let any = UInt8(ascii: "%")
    let one = UInt8(ascii: "_")
    var t = 0
    var p = 0
    var retryPattern = -1
    var retryText = 0
    while t < text.count {
      if p < pattern.count, pattern[p] == any {
        retryPattern = p + 1
        retryText = t
        p += 1
      } else if p < pattern.count, pattern[p] == one {
        t = LikePattern.afterCharacter(text, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        t += 1
        p += 1
      } else if retryPattern >= 0 {
        // By characters: an underscore must not start inside one.
        retryText = LikePattern.afterCharacter(text, retryText)
        t = retryText
        p = retryPattern
      } else {
        return false
      }
    }
    while p < pattern.count, pattern[p] == any { p += 1 }
    return p == pattern.count
  }

  /// The first byte after the character that starts at `start`.
  private static func afterCharacter(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var end = start + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }
}
