/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
///
/// For Hessians of a few parameters whose scales differ by powers of ten: there Jacobi's small eigenvalues, and
/// with them the standard errors, stay relatively accurate, which a tridiagonal reduction (`SymmetricEigen`, for
/// the many columns of a regression) does not promise.
struct JacobiEigen: Sendable {
  let dimension: Int
  private(set) var values: [Double]
  /// Column k is the vector of value k; row by row.
  private(set) var vectors: [Double]

  /// `matrix` is symmetric, row by row, finite.
  init(_ matrix: [Double], dimension n: Int) {
    dimension = n
    var a = matrix
    vectors = (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 }
    // Convergence is quadratic: six sweeps do for n = 4; thirty are the limit.
    for _ in 0..<30 {
      var offDiagonal = 0.0
      var diagonal = 0.0
      for i in 0..<n {
        diagonal += a[i * n + i] * a[i * n + i]
        for j in 0..<n where j != i { offDiagonal += a[i * n + j] * a[i * n + j] }
      }
      if offDiagonal <= 1e-32 * diagonal || offDiagonal == 0 { break }
      for p in 0..<n {
        for q in (p + 1)..<max(n, p + 1) where a[p * n + q] != 0 {
          JacobiEigen.rotate(&a, &vectors, n, p, q)
        }
      }
    }
    values = (0..<n).map { a[$0 * n + $0] }
  }

  private static func rotate(
    _ a: inout [Double], _ vectors: inout [Double], _ n: Int, _ p: Int, _ q: Int
  ) {
    let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
    let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<n {
      let (kp, kq) = (a[k * n + p], a[k * n + q])
      a[k * n + p] = c * kp - s * kq
      a[k * n + q] = s * kp + c * kq
    }
    for k in 0..<n {
      let (pk, qk) = (a[p * n + k], a[q * n + k])
      a[p * n + k] = c * pk - s * qk
      a[q * n + k] = s * pk + c * qk
      let (vp, vq) = (vectors[k * n + p], vectors[k * n + q])
      vectors[k * n + p] = c * vp - s * vq
      vectors[k * n + q] = s * vp + c * vq
    }
  }

  /// Components of a vector along the eigenvectors.
  func components(of vector: [Double]) -> [Double] {
    (0..<dimension).map { k in
      (0..<dimension).reduce(0) { $0 + vectors[$1 * dimension + k] * vector[$1] }
    }
  }

  /// The vector with such components along the eigenvectors.
  func vector(of components: [Double]) -> [Double] {
    (0..<dimension).map { i in
      (0..<dimension).reduce(0) { $0 + vectors[i * dimension + $1] * components[$1] }
    }
  }

  /// The inverse's entries, row by row; nil when the matrix is not positive definite.
  var inverse: [Double]? {
    guard let least = values.min(), let most = values.max(), least > most * 1e-14, least > 0 else {
      return nil
    }
    let n = dimension
    return (0..<n * n).map { at in
      (0..<n).reduce(0) { $0 + vectors[at / n * n + $1] * vectors[at % n * n + $1] / values[$1] }
    }
  }
}
