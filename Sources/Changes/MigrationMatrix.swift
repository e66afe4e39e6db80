import Kernels

/// Customers and revenue by where they were and where they are.
///
/// Segments are numbered in the taxonomy's order; the row and the column after the last are the customers that
/// one of the snapshots does not have: row `absent` holds the new ones, column `absent` the lost ones. The
/// revenue of a customer is their net total in the later snapshot, of a lost one that in the earlier.
package struct MigrationMatrix: Sendable, Equatable {
  package let segments: [String]
  /// By row (before) · width + column (after).
  let counts: [Int64]
  let amounts: [Int128]

  package var absent: Int { segments.count }
  var width: Int { segments.count + 1 }

  package func customers(from a: Int, to b: Int) -> Int { Int(counts[a * width + b]) }

  /// Net revenue in units of 10⁻⁴, exact: many customers may come to more than 64 bits.
  package func revenue(from a: Int, to b: Int) -> Int128 { amounts[a * width + b] }

  /// All customers that were in segment `a`, and with `absent` all new ones.
  package func customers(from a: Int) -> Int {
    (0..<width).reduce(0) { $0 + customers(from: a, to: $1) }
  }

  package func revenue(from a: Int) -> Int128 {
    (0..<width).reduce(Int128(0)) { $0 + amounts[a * width + $1] }
  }

  /// All customers that are in segment `b`, and with `absent` all lost ones.
  package func customers(to b: Int) -> Int {
    (0..<width).reduce(0) { $0 + customers(from: $1, to: b) }
  }

  /// What happened to a segment; before + entered + new − left − lost = after.
  package struct Flow: Sendable, Equatable {
    package let segment: String
    package let before: Int
    /// From and to other segments.
    package let entered: Int
    package let left: Int
    /// Customers that the earlier, and that the later snapshot does not have.
    package let new: Int
    package let lost: Int
    package let after: Int
  }

  package var flows: [Flow] {
    segments.indices.map { s in
      let stayed = customers(from: s, to: s)
      let new = customers(from: absent, to: s)
      let lost = customers(from: s, to: absent)
      let before = customers(from: s)
      let after = customers(to: s)
      return Flow(
        segment: segments[s], before: before, entered: after - stayed - new,
        left: before - stayed - lost, new: new, lost: lost, after: after)
    }
  }

  /// Customers that are in both snapshots and in other segments.
  package var movedCount: Int { flows.reduce(0) { $0 + $1.entered } }
  package var newCount: Int { customers(from: absent) }
  package var lostCount: Int { customers(to: absent) }

  /// A cell off the diagonal.
  package struct Move: Sendable, Equatable {
    package let from: Int
    package let to: Int
    package let customers: Int
    package let revenue: Int128
  }

  /// The moves from segment to segment, by customers, then revenue, then in the taxonomy's order.
  package var moves: [Move] {
    var moves: [Move] = []
    for a in segments.indices {
      for b in segments.indices where a != b && customers(from: a, to: b) > 0 {
        moves.append(
          Move(
            from: a, to: b, customers: customers(from: a, to: b), revenue: revenue(from: a, to: b)))
      }
    }
    return moves.sorted {
      ($1.customers, $1.revenue, $0.from, $0.to) < ($0.customers, $0.revenue, $1.from, $1.to)
    }
  }
}
