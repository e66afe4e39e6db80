extension DictionaryCodes {
  /// Codes in the narrowest type that holds those of a dictionary of so many strings.
  package init(narrowing codes: UnsafeBufferPointer<UInt32>, dictionaryCount: Int) {
    func narrow<Code: FixedWidthInteger & BitwiseCopyable>(
      _ type: Code.Type
    ) -> AlignedBuffer<Code> {
      AlignedBuffer(count: codes.count) { out in
        for row in codes.indices { out[row] = Code(truncatingIfNeeded: codes[row]) }
      }
    }
    if dictionaryCount <= 1 << 8 {
      self = .uint8(narrow(UInt8.self))
    } else if dictionaryCount <= 1 << 16 {
      self = .uint16(narrow(UInt16.self))
    } else {
      self = .uint32(narrow(UInt32.self))
    }
  }
}
