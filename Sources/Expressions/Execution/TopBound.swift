import Columns
import Kernels
import Synchronization

/// The first key of a row that as many rows as are wanted are not worse than: no row that is worse by its first
/// key can be among the best.
///
/// Chunks share what they found, so that most of them need to look at few rows. What is left out never stands
/// in the answer, so the answer does not depend on the schedule.
final class TopBound: Sendable {
  private let state = Mutex<(flag: Int64, word: Int64)?>(nil)

  var value: (flag: Int64, word: Int64)? { state.withLock { $0 } }

  func offer(_ bound: (flag: Int64, word: Int64)) {
    state.withLock { $0 = TopBound.better($0, bound) }
  }

  /// The one that leaves out more rows.
  static func better(
    _ a: (flag: Int64, word: Int64)?, _ b: (flag: Int64, word: Int64)?
  ) -> (flag: Int64, word: Int64)? {
    guard let a else { return b }
    guard let b else { return a }
    return a <= b ? a : b
  }
}

extension RowOrder {
  /// Rows whose first key is not worse than the bound.
  static func notWorse(
    _ flags: [Int64], _ words: [Int64], than bound: (flag: Int64, word: Int64)
  ) -> [UInt64] {
    let isEqual = BitWords.inRange(flags, bound.flag, bound.flag)
    let isBetter = BitWords.inRange(flags, bound.flag, .max, isNegated: true)
    return BitWords.or(
      isBetter, BitWords.and(isEqual, BitWords.inRange(words, .min, bound.word)))
  }

  /// Takes rows out of a chunk's selection that are worse than the bound, by one compare of the column itself;
  /// does nothing where the first key is no plain column of numbers or days, or has nulls.
  func restrict(
    _ selected: inout [UInt64], _ rows: Range<Int>, to bound: (flag: Int64, word: Int64)
  ) {
    guard bound.flag == 0, case .column(let index) = keys[0].value.node, ranks[0] == nil,
      texts[0] == nil, evaluator.columns[index].validity == nil
    else { return }
    let isDescending = keys[0].isDescending
    // Descending keys are complements, so that they sort ascending.
    let limit = isDescending ? ~bound.word : bound.word
    var words = BitWords.zeros(rows.count)
    var isKnown = true
    words.withUnsafeMutableBufferPointer { words in
      switch evaluator.columns[index].values {
      case .bool, .string, .text: isKnown = false
      case .float32, .float64:
        let value = floatValue(ofKey: limit)
        if value.isNaN || value == -.infinity {
          isKnown = false
        } else if isDescending {
          evaluator.floatRangeWords(index, -.infinity, value.nextDown, true, rows, into: words)
        } else {
          evaluator.floatRangeWords(index, -.infinity, value, false, rows, into: words)
        }
      default:
        let (low, high) = isDescending ? (limit, Int64.max) : (Int64.min, limit)
        evaluator.rangeWords(index, low, high, false, rows, into: words)
      }
    }
    if isKnown { selected = BitWords.and(selected, words) }
  }
}
