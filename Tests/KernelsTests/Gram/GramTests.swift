import Kernels
import Testing

@Suite(.serialized) struct GramTests {
  static let seed: UInt64 = 20_260_314

  /// Columns one after the other, `padding` unused elements (NaN) between them.
  static func randomMatrix(rows: Int, columns: Int, padding: Int) -> [Float] {
    var random = RandomStream(seed: seed, stream: UInt64(rows * 1_000 + columns))
    var matrix = [Float](repeating: .nan, count: columns * (rows + padding))
    for c in 0..<columns {
      for r in 0..<rows { matrix[c * (rows + padding) + r] = Float(random.nextUnit() * 4 - 1) }
    }
    return matrix
  }

  static func gram(
    _ matrix: [Float], rows: Int, columns: Int, padding: Int, scales: [Float]? = nil
  ) -> [Double] {
    var result = [Double](repeating: .nan, count: columns * columns)
    matrix.withUnsafeBufferPointer { matrix in
      result.withUnsafeMutableBufferPointer { result in
        func run(_ scales: UnsafeBufferPointer<Float>?) {
          Gram.matrix(
            matrix, rowCount: rows, columnCount: columns, columnStride: rows + padding,
            rowScales: scales, into: result)
        }
        if let scales { scales.withUnsafeBufferPointer { run($0) } } else { run(nil) }
      }
    }
    return result
  }

  /// The naive twin, in float64.
  static func twin(
    _ matrix: [Float], rows: Int, columns: Int, padding: Int, scales: [Float]? = nil
  ) -> [Double] {
    var result = [Double](repeating: 0, count: columns * columns)
    for i in 0..<columns {
      for j in 0..<columns {
        var sum = 0.0
        for r in 0..<rows {
          let scale = Double(scales?[r] ?? 1)
          sum +=
            Double(matrix[i * (rows + padding) + r]) * Double(matrix[j * (rows + padding) + r])
            * scale * scale
        }
        result[i * columns + j] = sum
      }
    }
    return result
  }

  static func expectClose(_ a: [Double], _ b: [Double], rows: Int, _ comment: Comment) {
    let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
    #expect(a.allSatisfy(\.isFinite) && worst <= 2e-6 * Double(max(rows, 1)), comment)
  }

  @Test func everyRowCountUpTo65AgreesWithTheTwin() {
    for rows in 0...65 {
      let matrix = Self.randomMatrix(rows: rows, columns: 7, padding: 3)
      Self.expectClose(
        Self.gram(matrix, rows: rows, columns: 7, padding: 3),
        Self.twin(matrix, rows: rows, columns: 7, padding: 3), rows: rows,
        "\(rows) rows, seed \(Self.seed)")
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 9, 31, 32, 33, 64, 127, 130])
  func everyColumnCountAgreesWithTheTwin(columns: Int) {
    let matrix = Self.randomMatrix(rows: 777, columns: columns, padding: 1)
    Self.expectClose(
      Self.gram(matrix, rows: 777, columns: columns, padding: 1),
      Self.twin(matrix, rows: 777, columns: columns, padding: 1), rows: 777,
      "\(columns) columns, seed \(Self.seed)")
  }

  @Test func theWidestMatrixIsSymmetricAndComplete() {
    let columns = Gram.columnCountMax
    let matrix = Self.randomMatrix(rows: 37, columns: columns, padding: 0)
    let result = Self.gram(matrix, rows: 37, columns: columns, padding: 0)
    for (i, j) in [(0, 0), (511, 511), (0, 511), (511, 0), (255, 256), (300, 17)] {
      var sum = 0.0
      for r in 0..<37 { sum += Double(matrix[i * 37 + r]) * Double(matrix[j * 37 + r]) }
      #expect(abs(result[i * columns + j] - sum) < 1e-4)
      #expect(result[i * columns + j] == result[j * columns + i])
    }
  }

  @Test func rowWeightsWeighTheRows() {
    let rows = 1_030
    var random = RandomStream(seed: Self.seed)
    let scales = (0..<rows).map { _ in Float(random.nextUnit()) }
    let matrix = Self.randomMatrix(rows: rows, columns: 5, padding: 2)
    Self.expectClose(
      Self.gram(matrix, rows: rows, columns: 5, padding: 2, scales: scales),
      Self.twin(matrix, rows: rows, columns: 5, padding: 2, scales: scales), rows: rows,
      "weighted, seed \(Self.seed)")
  }

  @Test func theBytesDoNotDependOnTheThreads() {
    defer { Parallel.setThreadCount(0) }
    let rows = 200_001
    let matrix = Self.randomMatrix(rows: rows, columns: 4, padding: 0)
    var results: [[Double]] = []
    for threads in [1, 2, 3, 8] {
      Parallel.setThreadCount(threads)
      results.append(Self.gram(matrix, rows: rows, columns: 4, padding: 0))
    }
    #expect(results.allSatisfy { $0 == results[0] })
    Self.expectClose(
      results[0], Self.twin(matrix, rows: rows, columns: 4, padding: 0), rows: rows, "large")
  }

  @Test func moreChunksThanAWaveAreAllAdded() {
    let rows = 33 * Parallel.chunkRowCount + 5
    let result = Self.gram(
      [Float](repeating: 1, count: rows), rows: rows, columns: 1, padding: 0)
    #expect(result == [Double(rows)])
  }
}
