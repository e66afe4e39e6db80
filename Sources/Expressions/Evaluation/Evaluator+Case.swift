extension Evaluator {
  /// Each branch is evaluated for the rows that reach it only.
  func caseWhen(
    _ conditions: [Bound], _ values: [Bound], _ otherwise: Bound?, _ bound: Bound,
    _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    var result = MutableVector(rows.count, bound.type)
    var left = active
    for (condition, value) in zip(conditions, values) {
      if BitWords.isZero(left) { break }
      let taken = BitWords.and(try evaluate(condition, rows, active: left).bits, left)
      left = BitWords.andNot(left, taken)
      if !BitWords.isZero(taken) {
        result.take(try evaluate(value, rows, active: taken), where: taken)
      }
    }
    if let otherwise, !BitWords.isZero(left) {
      result.take(try evaluate(otherwise, rows, active: left), where: left)
    }
    return result.vector
  }

  func coalesce(
    _ list: [Bound], _ bound: Bound, _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    var result = MutableVector(rows.count, bound.type)
    var left = active
    for value in list where !BitWords.isZero(left) {
      let x = try evaluate(value, rows, active: left)
      let taken = x.validity.map { BitWords.and(left, $0) } ?? left
      result.take(x, where: taken)
      left = BitWords.andNot(left, taken)
    }
    return result.vector
  }
}

/// A vector that is put together from others; null where nothing was taken.
private struct MutableVector {
  private let count: Int
  private var integers: [Int64] = []
  private var floats: [Double] = []
  private var bits: [UInt64] = []
  private var validity: [UInt64]

  init(_ count: Int, _ type: ValueType) {
    self.count = count
    validity = BitWords.zeros(count)
    switch type {
    case .float: floats = .init(repeating: 0, count: count)
    case .bool, .null: bits = BitWords.zeros(count)
    case .integer, .decimal, .day, .string: integers = .init(repeating: 0, count: count)
    }
  }

  mutating func take(_ vector: Vector, where taken: [UInt64]) {
    for w in taken.indices {
      let valid = vector.validity?[w] ?? .max
      validity[w] |= taken[w] & valid
      var word = taken[w]
      switch vector.values {
      case .bits(let values): bits[w] |= values[w] & word
      case .integers(let values):
        while word != 0 {
          let i = w * 64 + word.trailingZeroBitCount
          integers[i] = values[i]
          word &= word - 1
        }
      case .floats(let values):
        while word != 0 {
          let i = w * 64 + word.trailingZeroBitCount
          floats[i] = values[i]
          word &= word - 1
        }
      }
    }
  }

  var vector: Vector {
    if !floats.isEmpty { return Vector(count, .floats(floats), validity: validity) }
    if !integers.isEmpty { return Vector(count, .integers(integers), validity: validity) }
    return Vector(count, .bits(bits), validity: validity)
  }
}
