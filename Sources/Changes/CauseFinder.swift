import Columns
import JSONText
import Kernels
import Models

/// Finds out what put each moved customer into another segment.
///
/// For scores (and for what is compared with a mean) the question is who crossed whom: the customer's value the
/// cut, or the cut the value. For other columns that the rules ask, whether their value changed.
struct CauseFinder {
  let names: Cause.Names
  private let before: SnapshotSide
  private let after: SnapshotSide
  private let rulers: [(before: MeasureRuler, after: MeasureRuler)]
  /// For every segment, the bits of what the rules up to it ask: a rule after both has no say.
  private let askedBits: [UInt64]
  private let areRulesComparable: Bool

  init(
    before: SnapshotSide, after: SnapshotSide, earlier: TaxonomyShape, later: TaxonomyShape,
    segments: [String]
  ) throws(ChangesError) {
    self.before = before
    self.after = after
    var asked: [[String]] = []
    var usesMeans = false
    switch later.basis {
    case .scores: asked = [["r", "f", "m"]]
    case .means: (asked, usesMeans) = ([["r", "f", "m"]], true)
    case .rules(let rules): asked = rules
    }
    let all = asked.flatMap { $0 }.map { $0.lowercased() }
    let usesScores = ["r", "f", "m", "rfm"].contains { all.contains($0) }
    var rulers: [(before: MeasureRuler, after: MeasureRuler)] = []
    var isComparable = true
    if usesScores, let old = before.record["rfm"].flatMap({ try? RFMModel(json: $0) }),
      let new = after.record["rfm"].flatMap({ try? RFMModel(json: $0) })
    {
      isComparable = CauseFinder.areAlike(old, new) && earlier.basis == later.basis
      let make = usesMeans ? MeasureRuler.means : MeasureRuler.scores
      let a = try make(before, old)
      let b = try make(after, new)
      rulers = Array(zip(a, b)).map { (before: $0, after: $1) }
    }
    let scoreNames =
      rulers.isEmpty ? [] : usesMeans ? ["recency", "frequency", "monetary"] : ["r", "f", "m"]
    var columns: [String] = []
    for name in asked.flatMap({ $0 }) {
      let actual =
        after.frame.names.first { $0 == name }
        ?? after.frame.names.first { $0.lowercased() == name.lowercased() }
      guard let actual, before.frame[actual]?.type == after.frame[actual]?.type,
        rulers.isEmpty || !["r", "f", "m", "rfm"].contains(actual), !columns.contains(actual),
        columns.count < ChangesLimits.causeColumnCountMax
      else { continue }
      columns.append(actual)
    }
    self.rulers = rulers
    areRulesComparable = isComparable
    names = Cause.Names(scores: scoreNames, columns: columns)
    askedBits = CauseFinder.askedBits(later, asked, columns, segmentCount: segments.count)
  }

  /// Whether scores of the two models answer the same question.
  private static func areAlike(_ a: RFMModel, _ b: RFMModel) -> Bool {
    func bins(_ model: RFMModel) -> [Int] {
      RFMMeasure.allCases.map { model.groups.first?[$0].bins ?? 0 }
    }
    return a.frequency == b.frequency && a.monetary == b.monetary && a.method == b.method
      && a.groupColumn == b.groupColumn && bins(a) == bins(b)
  }

  private static func askedBits(
    _ taxonomy: TaxonomyShape, _ asked: [[String]], _ columns: [String], segmentCount: Int
  ) -> [UInt64] {
    let scoreBits: [String: UInt64] = ["r": 0b11, "f": 0b1100, "m": 0b110000, "rfm": 0b111111]
    func bits(_ names: [String]) -> UInt64 {
      var bits: UInt64 = 0
      for name in names.map({ $0.lowercased() }) {
        bits |= scoreBits[name] ?? 0
        if let index = columns.firstIndex(where: { $0.lowercased() == name }) {
          bits |= 1 << UInt64(Cause.firstColumnBit + index)
        }
      }
      return bits
    }
    guard case .rules = taxonomy.basis else {
      return [UInt64](repeating: .max, count: segmentCount)
    }
    var sum: UInt64 = 0
    let upTo = asked.map { names -> UInt64 in
      sum |= bits(names)
      return sum
    }
    return (0..<segmentCount).map { $0 < upTo.count ? upTo[$0] : sum }
  }

  /// The bits of the cause of every moved pair; in parallel over them.
  func find(
    moved: AlignedBuffer<UInt32>, pairs: CustomerPairs, beforeSegments: AlignedBuffer<UInt16>,
    afterSegments: AlignedBuffer<UInt16>
  ) -> AlignedBuffer<UInt64> {
    let columns = names.columns.map { name in
      ChangeKeys.comparable(before.frame[name]!, after.frame[name]!)
    }
    return AlignedBuffer<UInt64>(count: moved.count) { bits in
      nonisolated(unsafe) let bits = bits  // SAFETY: every chunk writes its own pairs.
      Parallel.forEachChunk(of: moved.count) { _, places in
        let count = places.count
        let out = UnsafeMutableBufferPointer(rebasing: bits[places])
        out.initialize(repeating: 0)
        let scratch = Scratch(count)
        gatherPairRows(
          UnsafeBufferPointer(rebasing: moved.pointer[places]),
          beforeRows: pairs.beforeRows.pointer, afterRows: pairs.afterRows.pointer,
          intoBefore: scratch.rows.before, after: scratch.rows.after)
        for (index, column) in columns.enumerated() {
          column.before.gather(UnsafeBufferPointer(scratch.rows.before), into: scratch.keys.before)
          column.after.gather(UnsafeBufferPointer(scratch.rows.after), into: scratch.keys.after)
          markChanges(
            UnsafeBufferPointer(scratch.keys.before), UnsafeBufferPointer(scratch.keys.after),
            bit: 1 << UInt64(Cause.firstColumnBit + index), into: out)
        }
        if areRulesComparable {
          for (index, ruler) in rulers.enumerated() {
            explain(ruler.before, ruler.after, scratch, scoreIndex: index, into: out)
          }
        }
        let (old, new) = (beforeSegments.pointer, afterSegments.pointer)
        askedBits.withUnsafeBufferPointer { askedBits in
          for k in 0..<count {
            let row = scratch.rows.before[k]
            if row == noRow {
              out[k] = 0
              continue
            }
            let last = max(old[Int(row)], new[Int(scratch.rows.after[k])])
            out[k] &= askedBits[Int(last)]
            if !areRulesComparable { out[k] |= Cause.rulesBit }
          }
        }
        withExtendedLifetime(scratch) {}
      }
    }
  }

  private func explain(
    _ before: MeasureRuler, _ after: MeasureRuler, _ scratch: Scratch, scoreIndex: Int,
    into bits: UnsafeMutableBufferPointer<UInt64>
  ) {
    before.gather(
      UnsafeBufferPointer(scratch.rows.before), keys: scratch.keys.before,
      scores: scratch.scores.before, groups: scratch.groups.before)
    after.gather(
      UnsafeBufferPointer(scratch.rows.after), keys: scratch.keys.after,
      scores: scratch.scores.after, groups: scratch.groups.after)
    explainScoreMoves(
      keysBefore: UnsafeBufferPointer(scratch.keys.before),
      keysAfter: UnsafeBufferPointer(scratch.keys.after),
      scoresBefore: UnsafeBufferPointer(scratch.scores.before),
      scoresAfter: UnsafeBufferPointer(scratch.scores.after),
      groupsBefore: UnsafeBufferPointer(scratch.groups.before),
      groupsAfter: UnsafeBufferPointer(scratch.groups.after), before: before.ruler,
      after: after.ruler, into: scratch.moves)
    for k in bits.indices { bits[k] |= UInt64(scratch.moves[k]) &<< UInt64(2 * scoreIndex) }
  }
}

/// What one chunk of moved pairs is looked at in; freed with it.
private final class Scratch {
  typealias Sides<Element> = (
    before: UnsafeMutableBufferPointer<Element>, after: UnsafeMutableBufferPointer<Element>
  )

  let rows: Sides<UInt32>
  let keys: Sides<Int64>
  let scores: Sides<UInt8>
  let groups: Sides<UInt16>
  let moves: UnsafeMutableBufferPointer<UInt8>

  init(_ count: Int) {
    func sides<Element: BitwiseCopyable>(_ zero: Element) -> Sides<Element> {
      (.allocate(capacity: count), .allocate(capacity: count))
    }
    rows = sides(0)
    keys = sides(0)
    scores = sides(0)
    groups = sides(0)
    moves = .allocate(capacity: count)
  }

  deinit {
    rows.before.deallocate()
    rows.after.deallocate()
    keys.before.deallocate()
    keys.after.deallocate()
    scores.before.deallocate()
    scores.after.deallocate()
    groups.before.deallocate()
    groups.after.deallocate()
    moves.deallocate()
  }
}
