import Columns

/// Collects the values of an expression, row by row or batch by batch.
struct VectorSink {
  let count: Int
  private(set) var integers: [Int64] = []
  private(set) var floats: [Double] = []
  private(set) var bits: [UInt64] = []
  private(set) var valid: [UInt64]

  /// `count` rows, all null.
  init(_ count: Int, _ type: ValueType) {
    self.count = count
    valid = BitWords.zeros(count)
    switch type {
    case .float: floats = .init(repeating: 0, count: count)
    case .bool, .null: bits = BitWords.zeros(count)
    case .integer, .decimal, .day, .string: integers = .init(repeating: 0, count: count)
    }
  }

  /// Row `i` of a vector becomes row `position`.
  mutating func put(_ vector: Vector, _ i: Int, at position: Int) {
    if vector.isNull(i) { return }
    let bit: UInt64 = 1 << UInt64(position & 63)
    valid[position >> 6] |= bit
    switch vector.values {
    case .integers(let values): integers[position] = values[i]
    case .floats(let values): floats[position] = values[i]
    case .bits(let values): if BitWords.bit(values, i) { bits[position >> 6] |= bit }
    }
  }

  mutating func put(integer value: Int64, at position: Int) {
    valid[position >> 6] |= 1 << UInt64(position & 63)
    integers[position] = value
  }

  mutating func put(float value: Double, at position: Int) {
    valid[position >> 6] |= 1 << UInt64(position & 63)
    floats[position] = value
  }

  mutating func put(bit value: Bool, at position: Int) {
    let bit: UInt64 = 1 << UInt64(position & 63)
    valid[position >> 6] |= bit
    if value { bits[position >> 6] |= bit }
  }

  /// Where batches that run in parallel put their vectors: rows that do not overlap, starts at multiples of 64.
  struct Pointers {
    let integers: UnsafeMutableBufferPointer<Int64>
    let floats: UnsafeMutableBufferPointer<Double>
    let bits: UnsafeMutableBufferPointer<UInt64>
    let valid: UnsafeMutableBufferPointer<UInt64>

    func put(_ vector: Vector, at start: Int) {
      precondition(start % 64 == 0, "a batch starts at a word")
      switch vector.values {
      case .integers(let values): for i in values.indices { integers[start + i] = values[i] }
      case .floats(let values): for i in values.indices { floats[start + i] = values[i] }
      case .bits(let values): for i in values.indices { bits[start / 64 + i] = values[i] }
      }
      let all = vector.validity ?? BitWords.ones(vector.count)
      for i in all.indices { valid[start / 64 + i] = all[i] }
    }
  }

  mutating func withPointers(_ body: (Pointers) -> Void) {
    integers.withUnsafeMutableBufferPointer { integers in
      floats.withUnsafeMutableBufferPointer { floats in
        bits.withUnsafeMutableBufferPointer { bits in
          valid.withUnsafeMutableBufferPointer { valid in
            body(Pointers(integers: integers, floats: floats, bits: bits, valid: valid))
          }
        }
      }
    }
  }

  /// nil when every row has a value.
  var bitmapOfValid: Bitmap? {
    if valid == BitWords.ones(count) { return nil }
    return Bitmap(count: count, words: AlignedBuffer(valid))
  }
}
