import Columns

/// A kept column's values in their final order and type.
struct KeptColumn {
  let name: String
  /// The final code of each code given while scanning: by the values' byte order.
  let finalCodes: [UInt32]
  private let table: StringTable
  private let typed: TypedValues

  private enum TypedValues {
    case integers([Int64])
    case decimals([Double])
    case days([Int32])
    case strings
  }

  init(name: String, dictionary: ByteDictionary) {
    self.name = name
    let order = (0..<dictionary.count).sorted {
      dictionary[$0].lexicographicallyPrecedes(dictionary[$1])
    }
    var codes = [UInt32](repeating: 0, count: dictionary.count)
    for (final, code) in order.enumerated() { codes[code] = UInt32(final) }
    finalCodes = codes
    table = StringTable(order.map { String(decoding: dictionary[$0], as: UTF8.self) })
    typed = KeptColumn.types(order.map { Array(dictionary[$0]) })
  }

  /// Integers, decimals or days when every value that is not empty is one.
  private static func types(_ values: [[UInt8]]) -> TypedValues {
    let filled = values.filter { !$0.isEmpty }
    if filled.isEmpty { return .strings }
    func each<Value>(_ empty: Value, _ parse: ([UInt8]) -> Value?) -> [Value]? {
      var parsed: [Value] = []
      for value in values {
        if value.isEmpty {
          parsed.append(empty)
        } else if let one = parse(value) {
          parsed.append(one)
        } else {
          return nil
        }
      }
      return parsed
    }
    // A number with leading zeros is a code: 007 must not become 7.
    func isPlainNumber(_ value: [UInt8]) -> Bool {
      let digits = value.first == 0x2D ? value.dropFirst() : value[...]
      guard let first = digits.first, first &- 0x30 <= 9 else { return false }
      return first != 0x30 || digits.count == 1 || digits[digits.startIndex + 1] == 0x2E
    }
    if let integers = each(
      Int64(0), { isPlainNumber($0) ? Int64(String(decoding: $0, as: UTF8.self)) : nil })
    {
      return .integers(integers)
    }
    let decimals = each(0.0) { value -> Double? in
      guard isPlainNumber(value), value.allSatisfy({ $0 &- 0x30 <= 9 || $0 == 0x2E || $0 == 0x2D }),
        let number = Double(String(decoding: value, as: UTF8.self)), number.isFinite
      else { return nil }
      return number
    }
    if let decimals { return .decimals(decimals) }
    let days = each(Int32(0)) { value -> Int32? in
      guard value.count >= 8, value.contains(0x2D) else { return nil }
      return value.withUnsafeBufferPointer { bytes in
        if case .day(let day) = DateParser(.auto).parse(bytes) { return day }
        return nil
      }
    }
    return days.map { .days($0) } ?? .strings
  }

  /// The column of some rows' final codes.
  func column(codes: UnsafeBufferPointer<UInt32>) -> Column {
    // Codes follow byte order, and the empty value comes first.
    let hasEmpty = table.count > 0 && table.utf8(at: 0).isEmpty
    var validity: Bitmap?
    if hasEmpty, codes.contains(0) { validity = Bitmap(count: codes.count) { codes[$0] != 0 } }
    func gathered<Value: BitwiseCopyable>(_ values: [Value]) -> AlignedBuffer<Value> {
      AlignedBuffer(count: codes.count) { out in
        for row in codes.indices { out[row] = values[Int(codes[row])] }
      }
    }
    switch typed {
    case .integers(let values):
      return Column(name, .int64(gathered(values)), validity: validity)
    case .decimals(let values):
      return Column(name, .float64(gathered(values)), validity: validity)
    case .days(let values): return Column(name, .day(gathered(values)), validity: validity)
    case .strings:
      return Column(name, .string(narrow(codes), table), validity: validity)
    }
  }

  private func narrow(_ codes: UnsafeBufferPointer<UInt32>) -> DictionaryCodes {
    if table.count <= 1 << 8 {
      return .uint8(
        AlignedBuffer(count: codes.count) { out in
          for row in codes.indices { out[row] = UInt8(codes[row]) }
        })
    }
    if table.count <= 1 << 16 {
      return .uint16(
        AlignedBuffer(count: codes.count) { out in
          for row in codes.indices { out[row] = UInt16(codes[row]) }
        })
    }
    return .uint32(AlignedBuffer(count: codes.count) { _ = $0.initialize(from: codes) })
  }
}
