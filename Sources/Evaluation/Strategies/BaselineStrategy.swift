import Columns
import Kernels
import Models

/// A ranking that costs nothing and learns nothing: what everything else has to beat.
package struct BaselineStrategy: Strategy, FittedStrategy {
  package enum Kind: String, Sendable, CaseIterable {
    case pastSpend = "past-spend"
    case recency
    case orders
    /// The same for the same seed and customer, whatever they do; of nothing else that is drawn by that seed.
    case random
  }

  package let kind: Kind
  let seed: UInt64

  package init(_ kind: Kind, seed: UInt64 = 1) {
    self.kind = kind
    self.seed = seed
  }

  package var name: String { kind.rawValue }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) -> any FittedStrategy { self }

  package func score(_ knowledge: Knowledge) -> StrategyScores {
    let summary = knowledge.summary
    let (totals, orders) = (summary.monetaryTotals.span, summary.orders.span)
    let lastDays = summary.lastDays.span
    let ranking: AlignedBuffer<Float> =
      switch kind {
      case .pastSpend: knowledge.scores { Float(Money.double(totals[$0])) }
      case .recency: knowledge.scores { Float(lastDays[$0]) - Float(knowledge.day) }
      case .orders: knowledge.scores { Float(orders[$0]) }
      case .random:
        knowledge.scores { row in
          var stream = RandomStream(seed: drawSeed, stream: UInt64(row))
          return Float(stream.nextUnit())
        }
      }
    return StrategyScores(ranking: ranking)
  }

  /// A seed of this strategy's own, made of the one given: a generated log draws a customer's first purchase from
  /// stream (seed, customer), and a ranking by the same number would know it.
  private var drawSeed: UInt64 {
    var keyed = RandomStream(seed: seed, stream: BaselineStrategy.streamKey)
    return keyed.next()
  }

  /// "strategy" in ASCII: beyond every customer's number.
  private static let streamKey: UInt64 = 0x7374_7261_7465_6779
}

extension Knowledge {
  /// A score for every known customer, by code; 0 for the others. Chunks of customers are scored side by side.
  func scores(_ score: (_ row: Int) -> Float) -> AlignedBuffer<Float> {
    AlignedBuffer<Float>(count: base.customerCount) { scores in
      scores.update(repeating: 0)
      // SAFETY: codes are distinct: every chunk of customers writes its own elements.
      nonisolated(unsafe) let scores = scores
      customers.withUnsafeBufferPointer { customers in
        nonisolated(unsafe) let customers = customers
        Parallel.forEachChunk(of: customers.count) { _, chunk in
          for k in chunk { scores[Int(customers[k])] = score(Int(customers[k])) }
        }
      }
    }
  }
}
