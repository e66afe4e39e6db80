import Columns
import Kernels

extension Evaluator {
  /// The words of a bitmap for some rows; rows start at a multiple of 64.
  static func words(_ bitmap: Bitmap, _ rows: Range<Int>) -> [UInt64] {
    precondition(rows.lowerBound % 64 == 0, "rows start at a word")
    let first = rows.lowerBound / 64
    var words = Array(bitmap.words.pointer[first..<first + BitWords.wordCount(rows.count)])
    if rows.count % 64 != 0, !words.isEmpty {
      words[words.count - 1] &= (1 << UInt64(rows.count % 64)) - 1
    }
    return words
  }

  func validity(_ column: Int, _ rows: Range<Int>) -> [UInt64]? {
    columns[column].validity.map { Evaluator.words($0, rows) }
  }

  /// A column's values, widened.
  func columnVector(_ index: Int, _ rows: Range<Int>) -> Vector {
    let valid = validity(index, rows)
    func integers(_ fill: (UnsafeMutablePointer<Int64>) -> Void) -> Vector {
      Vector(rows.count, .integers(.init(count: rows.count, fill: fill)), validity: valid)
    }
    switch columns[index].values {
    case .int8(let buffer): return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .int16(let buffer): return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .int32(let buffer), .day(let buffer):
      return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .int64(let buffer), .money(let buffer):
      return Vector(rows.count, .integers(Array(buffer.slice(rows))), validity: valid)
    case .uint8(let buffer), .string(.uint8(let buffer), _):
      return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .uint16(let buffer), .string(.uint16(let buffer), _):
      return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .uint32(let buffer), .string(.uint32(let buffer), _):
      return integers { Widen.widen(buffer.slice(rows), into: $0) }
    case .float32(let buffer):
      let floats = [Double](count: rows.count) { Widen.widen(buffer.slice(rows), into: $0) }
      return Vector(rows.count, .floats(floats), validity: valid)
    case .float64(let buffer):
      return Vector(rows.count, .floats(Array(buffer.pointer[rows])), validity: valid)
    case .bool(let bitmap):
      let bits = Evaluator.words(bitmap, rows)
      return Vector(
        rows.count, .bits(valid.map { BitWords.and(bits, $0) } ?? bits), validity: valid)
    case .text:
      return Vector(rows.count, .integers(rows.map { Int64($0) }), validity: valid)
    }
  }

  /// low ≤ column ≤ high, one SIMD compare.
  func rangeVector(
    _ index: Int, _ low: Int64, _ high: Int64, _ isNegated: Bool, _ rows: Range<Int>
  ) -> Vector {
    var words = BitWords.zeros(rows.count)
    words.withUnsafeMutableBufferPointer {
      rangeWords(index, low, high, isNegated, rows, into: $0)
    }
    return Evaluator.condition(rows.count, words, validity(index, rows))
  }

  func floatRangeVector(
    _ index: Int, _ low: Double, _ high: Double, _ isNegated: Bool, _ rows: Range<Int>
  ) -> Vector {
    var words = BitWords.zeros(rows.count)
    words.withUnsafeMutableBufferPointer {
      floatRangeWords(index, low, high, isNegated, rows, into: $0)
    }
    return Evaluator.condition(rows.count, words, validity(index, rows))
  }

  /// The answers of a range for some rows, nulls not looked at.
  func rangeWords(
    _ index: Int, _ low: Int64, _ high: Int64, _ isNegated: Bool, _ rows: Range<Int>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    switch columns[index].values {
    case .int8(let b): Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .int16(let b): Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .int32(let b), .day(let b):
      Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .int64(let b), .money(let b):
      Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .uint8(let b), .string(.uint8(let b), _):
      Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .uint16(let b), .string(.uint16(let b), _):
      Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .uint32(let b), .string(.uint32(let b), _):
      Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .float32, .float64, .bool, .text:
      preconditionFailure("a range of whole numbers is asked of a column of whole numbers")
    }
  }

  func floatRangeWords(
    _ index: Int, _ low: Double, _ high: Double, _ isNegated: Bool, _ rows: Range<Int>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    switch columns[index].values {
    case .float32(let b): Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    case .float64(let b): Compare.inRange(b.slice(rows), low, high, isNegated, into: words)
    default: preconditionFailure("a range of floats is asked of a column of floats")
    }
  }

  /// A condition's vector: true where the bit is set and the row is not null.
  static func condition(_ count: Int, _ bits: [UInt64], _ validity: [UInt64]?) -> Vector {
    Vector(count, .bits(validity.map { BitWords.and(bits, $0) } ?? bits), validity: validity)
  }
}

extension AlignedBuffer {
  /// Some rows, for kernels; valid while the buffer is held.
  func slice(_ rows: Range<Int>) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(rebasing: pointer[rows])
  }
}
