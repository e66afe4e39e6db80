import Columns
import Kernels

/// What a comparison found, for people and for other programs.
package struct ChangeReport: Sendable {
  /// How often a cause moved somebody, and the revenue of those customers.
  package struct CauseCount: Sendable, Equatable {
    package let text: String
    package let customers: Int
    package let revenue: Int128
  }

  /// A moved customer whose revenue is among the largest.
  package struct Customer: Sendable, Equatable {
    package let id: String
    package let from: String
    package let to: String
    package let revenue: Int64
    package let cause: String
  }

  package let comparison: Comparison
  /// Causes of those in both snapshots, by customers, then text.
  package let causes: [CauseCount]
  /// Of those in both snapshots: by revenue, then id.
  package let largest: [Customer]
  package let drift: DriftReport

  /// - Parameters:
  ///   - ids: the id of a customer's code; asked for `largestCount` customers only.
  package init(
    _ comparison: Comparison, largestCount: Int,
    ids: (_ codes: [UInt32]) throws -> [String]
  ) throws {
    self.comparison = comparison
    let tally = CauseTally(comparison, largestCount: largestCount)
    var byText: [String: (customers: Int, revenue: Int128)] = [:]
    for (bits, sums) in tally.byBits {
      let text = Cause(bits: bits).text(comparison.causeNames)
      let old = byText[text] ?? (0, 0)
      byText[text] = (old.customers + sums.customers, old.revenue + sums.revenue)
    }
    causes = byText.map {
      CauseCount(
        text: $0.key, customers: $0.value.customers, revenue: $0.value.revenue)
    }.sorted { ($1.customers, $0.text) < ($0.customers, $1.text) }
    let places = tally.largest
    let found = try ids(
      places.map { place in
        comparison.after.codes[Int(comparison.pairs.afterRows[Int(comparison.moved[place.place])])]
      })
    let names = comparison.matrix.segments
    largest = zip(places, found).map { place, id in
      let segments = comparison.segments(ofPair: Int(comparison.moved[place.place]))
      return Customer(
        id: id, from: names[segments.before], to: names[segments.after], revenue: place.revenue,
        cause: comparison.cause(ofMove: place.place)?.text(comparison.causeNames) ?? "")
    }
    drift = DriftReport(
      before: (comparison.before.name, comparison.before.asOf, comparison.before.frame),
      after: (comparison.after.name, comparison.after.asOf, comparison.after.frame))
  }
}

/// Sums by cause, and the moved customers of the largest revenue; in parallel.
private struct CauseTally {
  struct Place {
    let place: Int
    let revenue: Int64
  }

  var byBits: [UInt64: (customers: Int, revenue: Int128)] = [:]
  var largest: [Place] = []

  init(_ comparison: Comparison, largestCount: Int) {
    guard case .money(let totals)? = comparison.after.frame["monetary_total"]?.values else {
      return
    }
    let chunkCount = Parallel.chunkCount(of: comparison.moved.count)
    var parts = [CauseTally?](repeating: nil, count: chunkCount)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts  // SAFETY: every chunk writes its own part.
      Parallel.forEachChunk(of: comparison.moved.count) { chunk, places in
        parts[chunk] = CauseTally(comparison, totals, places, largestCount)
      }
    }
    for part in parts.compactMap({ $0 }) {
      for (bits, sums) in part.byBits {
        let old = byBits[bits] ?? (0, 0)
        byBits[bits] = (old.customers + sums.customers, old.revenue + sums.revenue)
      }
      largest += part.largest
    }
    largest = CauseTally.top(largest, largestCount)
  }

  private init(
    _ comparison: Comparison, _ totals: AlignedBuffer<Int64>, _ places: Range<Int>,
    _ largestCount: Int
  ) {
    let (beforeRows, afterRows) = (
      comparison.pairs.beforeRows.pointer, comparison.pairs.afterRows.pointer
    )
    let (moved, causeBits) = (comparison.moved.pointer, comparison.causeBits.pointer)
    let totals = totals.pointer
    // Causes by scores alone are few, and so are counted in a table.
    var table = [(customers: Int, revenue: Int128)](
      repeating: (0, 0), count: 1 << Cause.firstColumnBit)
    var least = Int64.min
    for place in places {
      let pair = Int(moved[place])
      let row = afterRows[pair]
      if row == noRow || beforeRows[pair] == noRow { continue }
      let revenue = totals[Int(row)]
      let bits = causeBits[place]
      if bits < UInt64(table.count) {
        table[Int(bits)].customers += 1
        table[Int(bits)].revenue += Int128(revenue)
      } else {
        let old = byBits[bits] ?? (0, 0)
        byBits[bits] = (old.customers + 1, old.revenue + Int128(revenue))
      }
      if largestCount > 0, revenue > least || largest.count < largestCount {
        largest.append(Place(place: place, revenue: revenue))
        if largest.count >= 4 * largestCount + 64 {
          largest = CauseTally.top(largest, largestCount)
          least = largest[largest.count - 1].revenue
        }
      }
    }
    withExtendedLifetime(comparison) {}
    for (bits, sums) in table.enumerated() where sums.customers > 0 {
      byBits[UInt64(bits)] = sums
    }
    largest = CauseTally.top(largest, largestCount)
  }

  /// Places stand in the order of ids, so equal revenues keep that order.
  private static func top(_ places: [Place], _ count: Int) -> [Place] {
    Array(
      places.sorted { ($1.revenue, $0.place) < ($0.revenue, $1.place) }.prefix(count))
  }
}
