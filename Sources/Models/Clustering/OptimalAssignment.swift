/// The assignment of rows to columns of a cost matrix, each at most once, of least total cost.
///
/// The Hungarian method with potentials and shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987),
/// O(rows² · columns).
enum OptimalAssignment {
  /// The column of each row, nil for rows left over when there are more rows than columns. Costs are finite.
  static func columns(forRowsOf costs: [[Double]]) -> [Int?] {
    let rowCount = costs.count
    let columnCount = costs.first?.count ?? 0
    precondition(costs.allSatisfy { $0.count == columnCount }, "costs are a matrix")
    if rowCount == 0 || columnCount == 0 { return Array(repeating: nil, count: rowCount) }
    if rowCount > columnCount {
      let transposed = (0..<columnCount).map { j in (0..<rowCount).map { costs[$0][j] } }
      var result = [Int?](repeating: nil, count: rowCount)
      for (column, row) in assign(transposed).enumerated() { result[row] = column }
      return result
    }
    return assign(costs)
  }

  /// With at most as many rows as columns. Index 0 of the arrays stands for "none"; rows and columns count from 1.
  private static func assign(_ costs: [[Double]]) -> [Int] {
    let n = costs.count
    let m = costs[0].count
    var rowPotential = [Double](repeating: 0, count: n + 1)
    var columnPotential = [Double](repeating: 0, count: m + 1)
    var rowOfColumn = [Int](repeating: 0, count: m + 1)
    var previous = [Int](repeating: 0, count: m + 1)
    for row in 1...n {
      rowOfColumn[0] = row
      var column = 0
      var least = [Double](repeating: .infinity, count: m + 1)
      var isUsed = [Bool](repeating: false, count: m + 1)
      repeat {
        isUsed[column] = true
        let i = rowOfColumn[column]
        var delta = Double.infinity
        var next = 0
        for j in 1...m where !isUsed[j] {
          let reduced = costs[i - 1][j - 1] - rowPotential[i] - columnPotential[j]
          if reduced < least[j] {
            least[j] = reduced
            previous[j] = column
          }
          if least[j] < delta {
            delta = least[j]
            next = j
          }
        }
        for j in 0...m {
          if isUsed[j] {
            rowPotential[rowOfColumn[j]] += delta
            columnPotential[j] -= delta
          } else {
            least[j] -= delta
          }
        }
        column = next
      } while rowOfColumn[column] != 0
      while column != 0 {
        rowOfColumn[column] = rowOfColumn[previous[column]]
        column = previous[column]
      }
    }
    var result = [Int](repeating: 0, count: n)
    for j in 1...m where rowOfColumn[j] != 0 { result[rowOfColumn[j] - 1] = j - 1 }
    return result
  }
}
