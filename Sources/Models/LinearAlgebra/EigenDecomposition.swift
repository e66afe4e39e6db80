/// Eigenvalues and eigenvectors of a symmetric matrix: A = V diag(values) Vᵀ.
///
/// Householder reduction to a tridiagonal matrix, then the implicit QL method (EISPACK tred2 and tql2, by
/// Bowdler, Martin, Reinsch and Wilkinson 1968). O(n³).
struct EigenDecomposition {
  let count: Int
  /// In no particular order.
  private(set) var values: [Double]
  /// Row-major; eigenvector k is column k.
  private(set) var vectors: [Double]
  private var offDiagonal: [Double]

  /// `matrix` is row-major and symmetric, `count`² finite elements.
  init(_ matrix: [Double], count: Int) {
    precondition(matrix.count == count * count, "a square matrix")
    self.count = count
    values = [Double](repeating: 0, count: count)
    offDiagonal = [Double](repeating: 0, count: count)
    vectors = matrix
    if count > 0 {
      reduceToTridiagonal()
      diagonalise()
    }
  }

  /// Element k of Vᵀ x.
  func rotated(_ x: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    for i in 0..<count {
      for k in 0..<count { result[k] += vectors[i * count + k] * x[i] }
    }
    return result
  }

  /// V y.
  func back(_ y: [Double]) -> [Double] {
    (0..<count).map { i in
      var sum = 0.0
      for k in 0..<count { sum += vectors[i * count + k] * y[k] }
      return sum
    }
  }

  /// The inverse of the matrix, row-major; nil when it is not positive definite beyond what rounding leaves.
  var inverse: [Double]? {
    guard let least = values.min(), let most = values.max(), least > most * 1e-14, least > 0 else {
      return nil
    }
    return (0..<count * count).map { at in
      let (i, j) = (at / count * count, at % count * count)
      return (0..<count).reduce(0) { $0 + vectors[i + $1] * vectors[j + $1] / values[$1] }
    }
  }

  private mutating func reduceToTridiagonal() {
    let n = count
    for j in 0..<n { values[j] = vectors[(n - 1) * n + j] }
    var i = n - 1
    while i > 0 {
      var scale = 0.0
      for k in 0..<i { scale += abs(values[k]) }
      if scale == 0 {
        offDiagonal[i] = values[i - 1]
        for j in 0..<i {
          values[j] = vectors[(i - 1) * n + j]
          vectors[i * n + j] = 0
          vectors[j * n + i] = 0
        }
        values[i] = 0
      } else {
        values[i] = reflect(row: i, scale: scale)
      }
      i -= 1
    }
    accumulate()
  }

  /// One Householder step; the squared norm that `accumulate` needs.
  private mutating func reflect(row i: Int, scale: Double) -> Double {
    let n = count
    var h = 0.0
    for k in 0..<i {
      values[k] /= scale
      h += values[k] * values[k]
    }
    var f = values[i - 1]
    var g = f > 0 ? -h.squareRoot() : h.squareRoot()
    offDiagonal[i] = scale * g
    h -= f * g
    values[i - 1] = f - g
    for j in 0..<i { offDiagonal[j] = 0 }
    for j in 0..<i {
      f = values[j]
      vectors[j * n + i] = f
      g = offDiagonal[j] + vectors[j * n + j] * f
      for k in (j + 1)..<max(j + 1, i) {
        g += vectors[k * n + j] * values[k]
        offDiagonal[k] += vectors[k * n + j] * f
      }
      offDiagonal[j] = g
    }
    f = 0
    for j in 0..<i {
      offDiagonal[j] /= h
      f += offDiagonal[j] * values[j]
    }
    let hh = f / (h + h)
    for j in 0..<i { offDiagonal[j] -= hh * values[j] }
    for j in 0..<i {
      f = values[j]
      g = offDiagonal[j]
      for k in j..<i { vectors[k * n + j] -= f * offDiagonal[k] + g * values[k] }
      values[j] = vectors[(i - 1) * n + j]
      vectors[i * n + j] = 0
    }
    return h
  }

  private mutating func accumulate() {
    let n = count
    for i in 0..<(n - 1) {
      vectors[(n - 1) * n + i] = vectors[i * n + i]
      vectors[i * n + i] = 1
      let h = values[i + 1]
      if h != 0 {
        for k in 0...i { values[k] = vectors[k * n + i + 1] / h }
        for j in 0...i {
          var g = 0.0
          for k in 0...i { g += vectors[k * n + i + 1] * vectors[k * n + j] }
          for k in 0...i { vectors[k * n + j] -= g * values[k] }
        }
      }
      for k in 0...i { vectors[k * n + i + 1] = 0 }
    }
    for j in 0..<n {
      values[j] = vectors[(n - 1) * n + j]
      vectors[(n - 1) * n + j] = 0
    }
    vectors[(n - 1) * n + n - 1] = 1
    offDiagonal[0] = 0
  }

  private mutating func diagonalise() {
    let n = count
    for i in 1..<max(1, n) { offDiagonal[i - 1] = offDiagonal[i] }
    offDiagonal[n - 1] = 0
    var (shift, size) = (0.0, 0.0)
    for l in 0..<n {
      size = max(size, abs(values[l]) + abs(offDiagonal[l]))
      var m = l
      while m < n - 1 && abs(offDiagonal[m]) > .ulpOfOne * size { m += 1 }
      if m > l {
        // Each sweep cubes the error; 60 are never reached by finite input.
        for _ in 0..<60 {
          shift += sweep(l, m)
          if abs(offDiagonal[l]) <= .ulpOfOne * size { break }
        }
      }
      values[l] += shift
      offDiagonal[l] = 0
    }
  }

  /// One implicit QL sweep over l…m; by how much it shifted the eigenvalues.
  private mutating func sweep(_ l: Int, _ m: Int) -> Double {
    let n = count
    var g = values[l]
    var p = (values[l + 1] - g) / (2 * offDiagonal[l])
    var r = (p * p + 1).squareRoot()
    if p < 0 { r = -r }
    values[l] = offDiagonal[l] / (p + r)
    values[l + 1] = offDiagonal[l] * (p + r)
    let next = values[l + 1]
    let h = g - values[l]
    for i in (l + 2)..<max(l + 2, n) { values[i] -= h }
    p = values[m]
    var (c, c2, c3, s, s2) = (1.0, 1.0, 1.0, 0.0, 0.0)
    let offNext = offDiagonal[l + 1]
    var i = m - 1
    while i >= l {
      c3 = c2
      c2 = c
      s2 = s
      g = c * offDiagonal[i]
      let height = c * p
      r = (p * p + offDiagonal[i] * offDiagonal[i]).squareRoot()
      offDiagonal[i + 1] = s * r
      s = r > 0 ? offDiagonal[i] / r : 0
      c = r > 0 ? p / r : 1
      p = c * values[i] - s * g
      values[i + 1] = height + s * (c * g + s * values[i])
      for k in 0..<n {
        let above = vectors[k * n + i + 1]
        let below = vectors[k * n + i]
        vectors[k * n + i + 1] = s * below + c * above
        vectors[k * n + i] = c * below - s * above
      }
      i -= 1
    }
    p = next != 0 ? -s * s2 * c3 * offNext * offDiagonal[l] / next : 0
    offDiagonal[l] = s * p
    values[l] = c * p
    return h
  }
}
