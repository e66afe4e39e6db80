import Kernels

/// Why a customer is in another segment, as bits: two for each score, one for each column that a rule asks.
package struct Cause: Hashable, Sendable {
  package let bits: UInt64

  static let scoreCount = 3
  static let firstColumnBit = 2 * scoreCount
  /// The two snapshots scored by rulers that cannot be compared.
  static let rulesBit: UInt64 = 1 << 63

  package init(bits: UInt64) { self.bits = bits }

  /// What the scores' and the columns' bits are called.
  package struct Names: Sendable, Equatable {
    package let scores: [String]
    package let columns: [String]
  }

  /// Which of a score's two ways of changing apply.
  func move(ofScore index: Int) -> UInt8 { UInt8(bits >> UInt64(2 * index) & 3) }

  /// Whether anything about the customer changed, as opposed to the cuts around them.
  package var isOfCustomer: Bool {
    (0..<Cause.scoreCount).contains { move(ofScore: $0) & ScoreMove.customer != 0 }
      || (bits & ~Cause.rulesBit) >> UInt64(Cause.firstColumnBit) != 0
  }

  /// `r customer, m cut`; `f both`; `clv, visits`; `rules` where nothing that the rules ask has changed.
  package func text(_ names: Names) -> String {
    var parts: [String] = []
    for (index, name) in names.scores.enumerated() {
      switch move(ofScore: index) {
      case ScoreMove.customer: parts.append("\(name) customer")
      case ScoreMove.cut: parts.append("\(name) cut")
      case 0: break
      default: parts.append("\(name) both")
      }
    }
    for (index, name) in names.columns.enumerated()
    where bits >> UInt64(Cause.firstColumnBit + index) & 1 != 0 {
      parts.append(name)
    }
    return parts.isEmpty || bits & Cause.rulesBit != 0 ? "rules" : parts.joined(separator: ", ")
  }

  /// What stands as the cause of customers that one of the snapshots does not have.
  package static let newText = "new"
  package static let lostText = "lost"
}
