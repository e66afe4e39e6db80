/// Yes and no as people write them.
enum BoolText {
  /// What a text says; `isWord` where it is `true`, `false`, `yes` or `no`, and not one of `t f y n 1 0`, which
  /// are only read as such where the column is known to be of type bool.
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> (value: Bool, isWord: Bool)? {
    func isEqual(_ word: StaticString) -> Bool {
      guard word.utf8CodeUnitCount == text.count else { return false }
      for i in text.indices where text[i] | 0x20 != word.utf8Start[i] { return false }
      return true
    }
    switch text.count {
    case 1:
      switch text[0] | 0x20 {
      case 0x74, 0x79: return (true, false)  // t, y
      case 0x66, 0x6E: return (false, false)  // f, n
      case 0x31 where text[0] == 0x31: return (true, false)
      case 0x30 where text[0] == 0x30: return (false, false)
      default: return nil
      }
    case 2: return isEqual("no") ? (false, true) : nil
    case 3: return isEqual("yes") ? (true, true) : nil
    case 4: return isEqual("true") ? (true, true) : nil
    case 5: return isEqual("false") ? (false, true) : nil
    default: return nil
    }
  }
}
