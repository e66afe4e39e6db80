/// The Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ.
struct Cholesky {
  let count: Int
  /// Row-major; the upper triangle is unspecified.
  private var factor: [Double]

  /// Nil when the matrix is not positive definite.
  init?(_ matrix: [Double], count: Int) {
    precondition(matrix.count == count * count, "a square matrix")
    self.count = count
    factor = matrix
    for j in 0..<count {
      for i in j..<count {
        var sum = factor[i * count + j]
        for k in 0..<j { sum -= factor[i * count + k] * factor[j * count + k] }
        if i == j {
          guard sum > 0, sum.isFinite else { return nil }
          factor[j * count + j] = sum.squareRoot()
        } else {
          factor[i * count + j] = sum / factor[j * count + j]
        }
      }
    }
  }

  /// x with A x = b.
  func solve(_ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<count {
      for k in 0..<i { x[i] -= factor[i * count + k] * x[k] }
      x[i] /= factor[i * count + i]
    }
    for i in stride(from: count - 1, through: 0, by: -1) {
      for k in (i + 1)..<max(i + 1, count) { x[i] -= factor[k * count + i] * x[k] }
      x[i] /= factor[i * count + i]
    }
    return x
  }

  /// The diagonal of A⁻¹.
  var inverseDiagonal: [Double] {
    (0..<count).map { i in
      var unit = [Double](repeating: 0, count: count)
      unit[i] = 1
      return solve(unit)[i]
    }
  }

  /// Which columns of a Gram matrix about the means say something that the columns before them do not.
  ///
  /// A column is left out when less than `tolerance` of its variance remains once the columns kept before it
  /// have explained what they can; `explaining` names those that explain it most.
  static func independentColumns(
    _ gram: [Double], count: Int, tolerance: Double
  ) -> (kept: [Int], dropped: [(column: Int, explaining: Int?)]) {
    var kept: [Int] = []
    var dropped: [(column: Int, explaining: Int?)] = []
    var rows: [[Double]] = []
    for j in 0..<count {
      let variance = gram[j * count + j]
      var row = [Double](repeating: 0, count: kept.count)
      var rest = variance
      for (k, other) in kept.enumerated() {
        var sum = gram[j * count + other]
        for l in 0..<k { sum -= row[l] * rows[k][l] }
        row[k] = sum / rows[k][k]
        rest -= row[k] * row[k]
      }
      if variance > 0 && rest > tolerance * variance {
        rows.append(row + [rest.squareRoot()])
        kept.append(j)
      } else {
        func correlation(_ other: Int) -> Double {
          let product = (variance * gram[other * count + other]).squareRoot()
          return product > 0 ? abs(gram[j * count + other]) / product : 0
        }
        let closest = kept.max { (correlation($0), -$0) < (correlation($1), -$1) }
        dropped.append((j, variance > 0 ? closest : nil))
      }
    }
    return (kept, dropped)
  }
}
