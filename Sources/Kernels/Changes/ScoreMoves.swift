/// The thresholds between the scores of one measure, for every group of customers scored apart.
///
/// A key (more is better) above `low[t]` is surely above cut t; one above `high[t]` may be. They differ only
/// where equal keys stand on both sides of a cut, as with `ntile`; there high[t] = low[t] − 1.
package struct MoveRuler: Sendable, Equatable {
  /// Thresholds of all groups, one group after the other.
  package let low: [Int64]
  package let high: [Int64]
  package let cutCount: Int

  /// As many thresholds as groups times `cutCount`.
  package init(low: [Int64], high: [Int64], cutCount: Int) {
    precondition(low.count == high.count && (cutCount == 0 || low.count % cutCount == 0))
    self.low = low
    self.high = high
    self.cutCount = cutCount
  }
}

/// What a change of score is put down to; the bits of a cause.
package enum ScoreMove {
  /// With the old cuts the new value alone has another score.
  package static let customer: UInt8 = 1
  /// With the new cuts the old value alone has another score.
  package static let cut: UInt8 = 2
}

/// Tells, for every customer whose score changed, whether their value crossed the cut or the cut their value.
///
/// Row k has its keys and scores (0 = none) before and after, and the group in whose cuts each was scored.
/// Writes 0 where the score is the same, else `ScoreMove` bits: both where either alone would have done it, or
/// only the two together did. A customer who had no score before, or has none now, moved.
package func explainScoreMoves(
  keysBefore: UnsafeBufferPointer<Int64>, keysAfter: UnsafeBufferPointer<Int64>,
  scoresBefore: UnsafeBufferPointer<UInt8>, scoresAfter: UnsafeBufferPointer<UInt8>,
  groupsBefore: UnsafeBufferPointer<UInt16>, groupsAfter: UnsafeBufferPointer<UInt16>,
  before: MoveRuler, after: MoveRuler, into moves: UnsafeMutableBufferPointer<UInt8>
) {
  let count = moves.count
  precondition(keysBefore.count == count && keysAfter.count == count)
  precondition(scoresBefore.count == count && scoresAfter.count == count)
  precondition(groupsBefore.count == count && groupsAfter.count == count)
  func canScore(_ key: Int64, _ group: UInt16, _ ruler: MoveRuler, _ score: UInt8) -> Bool {
    let start = Int(group) &* ruler.cutCount
    guard start &+ ruler.cutCount <= ruler.low.count else { return false }
    var (least, most) = (1, 1)
    for t in start..<start &+ ruler.cutCount {
      least &+= key > ruler.low[t] ? 1 : 0
      most &+= key > ruler.high[t] ? 1 : 0
    }
    return least <= Int(score) && Int(score) <= most
  }
  for k in 0..<count {
    let old = scoresBefore[k]
    if old == scoresAfter[k] {
      moves[k] = 0
      continue
    }
    if old == 0 || scoresAfter[k] == 0 {
      moves[k] = ScoreMove.customer
      continue
    }
    var move: UInt8 = 0
    if keysBefore[k] != keysAfter[k], !canScore(keysAfter[k], groupsBefore[k], before, old) {
      move |= ScoreMove.customer
    }
    if !canScore(keysBefore[k], groupsAfter[k], after, old) { move |= ScoreMove.cut }
    if move == 0 {
      // Neither alone: with an unchanged value only the cut, or the tie's order, can have moved.
      move = keysBefore[k] == keysAfter[k] ? ScoreMove.cut : ScoreMove.customer | ScoreMove.cut
    }
    moves[k] = move
  }
}
