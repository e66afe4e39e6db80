import Columns
import Kernels

/// Sums of products of all pairs of columns: the mergeable state of a linear model.
///
/// With a column of ones it holds the count, the sums, XᵀX and Xᵀy at once. States of disjoint rows add up.
package struct GramState: Sendable, Equatable {
  package let columnCount: Int
  /// `columnCount²` sums, symmetric.
  package let sums: [Double]

  package init(columnCount: Int, sums: [Double]) {
    precondition(sums.count == columnCount * columnCount, "a square of sums")
    self.columnCount = columnCount
    self.sums = sums
  }

  /// The state of a design's first `columnCount` columns; rows count `rowScales`².
  package init(
    _ matrix: DesignMatrix, columnCount: Int, rowScales: UnsafeBufferPointer<Float>? = nil
  ) {
    var sums = [Double](repeating: 0, count: columnCount * columnCount)
    sums.withUnsafeMutableBufferPointer {
      Gram.matrix(
        matrix.values.pointer, rowCount: matrix.rowCount, columnCount: columnCount,
        columnStride: matrix.columnStride, rowScales: rowScales, into: $0)
    }
    self.init(columnCount: columnCount, sums: sums)
  }

  package subscript(i: Int, j: Int) -> Double { sums[i * columnCount + j] }

  package static func + (a: GramState, b: GramState) -> GramState {
    precondition(a.columnCount == b.columnCount, "states of the same columns")
    return GramState(columnCount: a.columnCount, sums: zip(a.sums, b.sums).map { $0 + $1 })
  }

  package static func - (a: GramState, b: GramState) -> GramState {
    precondition(a.columnCount == b.columnCount, "states of the same columns")
    return GramState(columnCount: a.columnCount, sums: zip(a.sums, b.sums).map { $0 - $1 })
  }

  /// Sum of products of two columns about their means, by the column of ones at 0.
  func centred(_ i: Int, _ j: Int) -> Double {
    let count = self[0, 0]
    return count > 0 ? self[i, j] - self[0, i] * self[0, j] / count : 0
  }
}
