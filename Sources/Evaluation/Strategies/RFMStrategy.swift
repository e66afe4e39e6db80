import Columns
import Models

/// The sum of the scores R, F and M, plain or weighted.
///
/// The weights are those of the least-squares fit of spend in the last horizon on the scores a horizon before
/// the cut-off.
package struct RFMStrategy: Strategy {
  package let isWeighted: Bool

  package init(isWeighted: Bool) { self.isWeighted = isWeighted }

  package var name: String { isWeighted ? "rfm-weighted" : "rfm-sum" }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy {
    let plain = FittedRFM(weights: [0, 1, 1, 1], predictsSpend: false)
    guard isWeighted else { return plain }
    guard let window = try knowledge.learningWindow(horizonDays: horizonDays) else {
      return FittedRFM(
        weights: plain.weights, predictsSpend: false,
        note: "nobody was known early enough to learn from: all weights are 1")
    }
    let scores = try RFMScores.score(window.start.summary, options: RFMOptions())
    var matrix = [Double](repeating: 0, count: 16)
    var products = [Double](repeating: 0, count: 4)
    let (r, f, m) = (scores.recency.span, scores.frequency.span, scores.monetary.span)
    for (i, customer) in window.start.customers.enumerated() {
      let k = Int(customer)
      let row = SIMD4(1, Double(r[k]), Double(f[k]), Double(m[k]))
      for a in 0..<4 {
        products[a] += row[a] * window.holdout.spend[i] * window.stretch
        for b in 0..<4 { matrix[a * 4 + b] += row[a] * row[b] }
      }
    }
    guard let weights = solved(matrix, products) else {
      return FittedRFM(
        weights: plain.weights, predictsSpend: false,
        note: "the scores do not tell customers apart: all weights are 1")
    }
    return FittedRFM(weights: weights, predictsSpend: true, note: window.note)
  }

  /// x with A x = b by Gaussian elimination with pivoting; nil when A is singular.
  private func solved(_ matrix: [Double], _ b: [Double]) -> [Double]? {
    let count = b.count
    var rows = (0..<count).map { Array(matrix[$0 * count..<($0 + 1) * count]) + [b[$0]] }
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
      guard abs(rows[pivot][column]) > 1e-9 * max(1, abs(matrix[0])) else { return nil }
      rows.swapAt(column, pivot)
      for other in 0..<count where other != column {
        let factor = rows[other][column] / rows[column][column]
        for k in column...count { rows[other][k] -= factor * rows[column][k] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }
}

struct FittedRFM: FittedStrategy {
  /// Of 1, R, F and M.
  let weights: [Double]
  let predictsSpend: Bool
  var note: String?

  func score(_ knowledge: Knowledge) throws -> StrategyScores {
    let scores = try RFMScores.score(knowledge.summary, options: RFMOptions())
    let (r, f, m) = (scores.recency.span, scores.frequency.span, scores.monetary.span)
    let ranking = knowledge.scores { row in
      let value =
        weights[0] + weights[1] * Double(r[row]) + weights[2] * Double(f[row])
        + weights[3] * Double(m[row])
      return Float(value)
    }
    return StrategyScores(ranking: ranking, spend: predictsSpend ? ranking : nil)
  }
}
