/// XᵀX of a column-major float matrix, in float64: the state from which every linear model here is fitted.
///
/// Columns lie one after the other, so a row block of each is copied into a packed block that stays in the L2
/// cache, and pairs of columns are multiplied eight rows at a time: no broadcast, no transposition, each
/// loaded vector used three times, and only the upper triangle computed. (A row-major kernel would have to
/// broadcast one side; the engine's columns never lie that way.)
///
/// Within a block, lanes add in float32: at most `blockRowCount / 8` products a lane. Blocks add in float64 in
/// row order within a chunk of 65,536 rows, chunks in chunk order: the same bytes on any number of threads.
package enum Gram {
  /// Columns a matrix can have, at most.
  package static let columnCountMax = 512

  /// Chunks whose partial sums are held at once; merging in chunk order makes the number invisible.
  static let chunkCountInWave = 32

  /// Computes `result[i * columnCount + j] = Σ_r x[r, i] · x[r, j] · rowScales[r]²`, both triangles.
  ///
  /// - Parameters:
  ///   - matrix: element (row, column) stands at `column * columnStride + row`.
  ///   - columnCount: 1…`columnCountMax`.
  ///   - rowScales: square roots of row weights, `rowCount` of them; nil weighs every row 1.
  ///   - result: `columnCount²` elements, overwritten.
  package static func matrix(
    _ matrix: UnsafeBufferPointer<Float>, rowCount: Int, columnCount: Int, columnStride: Int,
    rowScales: UnsafeBufferPointer<Float>? = nil, into result: UnsafeMutableBufferPointer<Double>
  ) {
    precondition((1...columnCountMax).contains(columnCount), "1 to 512 columns")
    precondition(rowCount >= 0 && columnStride >= rowCount, "columns do not overlap")
    precondition(matrix.count >= (columnCount - 1) * columnStride + rowCount)
    precondition(rowScales == nil || rowScales!.count >= rowCount, "a scale for every row")
    precondition(result.count == columnCount * columnCount)
    result.update(repeating: 0)
    let chunkCount = Parallel.chunkCount(of: rowCount)
    if chunkCount == 0 { return }

    let shape = GramShape(columnCount: columnCount)
    let partialCount = columnCount * columnCount
    let waveCount = min(chunkCount, chunkCountInWave)
    let partials = UnsafeMutablePointer<Double>.allocate(capacity: waveCount * partialCount)
    defer { partials.deallocate() }
    let workerCount = min(Parallel.threadCount, waveCount)
    let scratch = (0..<workerCount).map { _ in GramScratch(shape: shape) }
    defer { for one in scratch { one.deallocate() } }

    for first in stride(from: 0, to: chunkCount, by: waveCount) {
      let count = min(waveCount, chunkCount - first)
      // SAFETY: each task writes its own partial and its worker's scratch only.
      nonisolated(unsafe) let partials = partials
      nonisolated(unsafe) let scratch = scratch
      nonisolated(unsafe) let matrix = matrix
      nonisolated(unsafe) let rowScales = rowScales
      Parallel.perform(count) { worker, task in
        gramChunk(
          matrix.baseAddress!, columnStride, Parallel.rows(ofChunk: first + task, of: rowCount),
          rowScales?.baseAddress, shape, scratch[worker], partials + task * partialCount)
      }
      for task in 0..<count {
        let partial = partials + task * partialCount
        for i in 0..<partialCount { result[i] += partial[i] }
      }
    }
  }
}

/// How a matrix of so many columns is cut: triples of columns, blocks of rows.
struct GramShape {
  let columnCount: Int
  /// ⌈columns / 3⌉; the last triple is filled up with zero columns.
  let tripleCount: Int
  /// Rows packed at a time: 512 columns of a block fit the L2 cache.
  let blockRowCount = 384

  init(columnCount: Int) {
    self.columnCount = columnCount
    tripleCount = (columnCount + 2) / 3
  }

  /// Triples in a group: two groups of a block take 36 KiB of the L1 cache.
  let groupTripleCount = 4

  /// Place of the pair of triples a ≤ b among all such pairs.
  @inline(__always)
  func tile(_ a: Int, _ b: Int) -> Int { a * (2 * tripleCount - a - 1) / 2 + b }

  /// Pairs of triples a ≤ b.
  var tileCount: Int { tripleCount * (tripleCount + 1) / 2 }
}

/// One worker's packed block and the running sums of its chunk.
struct GramScratch {
  let packed: UnsafeMutablePointer<SIMD8<Float>>
  /// Nine sums a tile, four lanes each.
  let sums: UnsafeMutablePointer<SIMD4<Double>>

  init(shape: GramShape) {
    let packedCount = shape.tripleCount * 3 * shape.blockRowCount / 8
    packed = .allocate(capacity: packedCount)
    packed.initialize(repeating: .zero, count: packedCount)
    sums = .allocate(capacity: shape.tileCount * 9)
  }

  func deallocate() {
    packed.deallocate()
    sums.deallocate()
  }
}
