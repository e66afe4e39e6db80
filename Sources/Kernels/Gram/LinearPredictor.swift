/// `result[r] = intercept + Σ_c weights[c] · x[r, c]` for a column-major float matrix, in float64.
///
/// Rows are independent, so any cut of the rows gives the same bytes. Columns of weight 0 are not read.
package func linearPredictor(
  _ matrix: UnsafeBufferPointer<Float>, rows: Range<Int>, columnStride: Int,
  weights: UnsafeBufferPointer<Double>, intercept: Double,
  into result: UnsafeMutableBufferPointer<Double>
) {
  precondition(result.count == rows.count, "one result a row")
  if rows.isEmpty { return }
  precondition(rows.lowerBound >= 0 && rows.upperBound <= columnStride)
  precondition(
    weights.isEmpty || matrix.count >= (weights.count - 1) * columnStride + rows.upperBound)
  let blockRowCount = 1_024
  var start = 0
  while start < rows.count {
    let count = min(blockRowCount, rows.count - start)
    let block = UnsafeMutableBufferPointer(rebasing: result[start..<start + count])
    block.update(repeating: intercept)
    for column in weights.indices where weights[column] != 0 {
      let first = column * columnStride + rows.lowerBound + start
      addScaled(
        UnsafeBufferPointer(rebasing: matrix[first..<first + count]), weights[column], block)
    }
    start += count
  }
}

private func addScaled(
  _ column: UnsafeBufferPointer<Float>, _ weight: Double,
  _ result: UnsafeMutableBufferPointer<Double>
) {
  for i in result.indices { result[i] += weight * Double(column[i]) }
}

/// `result[c] = Σ_r x[r, c] · values[r]`, in float64; rows in chunks, merged in chunk order.
package func transposedProduct(
  _ matrix: UnsafeBufferPointer<Float>, rowCount: Int, columnCount: Int, columnStride: Int,
  values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
) {
  precondition(result.count == columnCount && values.count == rowCount)
  precondition(columnStride >= rowCount)
  precondition(columnCount == 0 || matrix.count >= (columnCount - 1) * columnStride + rowCount)
  let chunkCount = Parallel.chunkCount(of: rowCount)
  let partials = UnsafeMutablePointer<Double>.allocate(capacity: max(1, chunkCount * columnCount))
  defer { partials.deallocate() }
  // SAFETY: a task writes its own chunk's partial sums only.
  nonisolated(unsafe) let (shared, matrix, values) = (partials, matrix, values)
  Parallel.forEachChunk(of: rowCount) { chunk, rows in
    let value = UnsafeBufferPointer(rebasing: values[rows])
    for column in 0..<columnCount {
      let first = column * columnStride + rows.lowerBound
      shared[chunk * columnCount + column] = dot(
        UnsafeBufferPointer(rebasing: matrix[first..<first + rows.count]), value)
    }
  }
  result.update(repeating: 0)
  for chunk in 0..<chunkCount {
    for column in 0..<columnCount { result[column] += partials[chunk * columnCount + column] }
  }
}

private func dot(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Double>) -> Double {
  let rawA = UnsafeRawPointer(a.baseAddress!)
  let rawB = UnsafeRawPointer(b.baseAddress!)
  let whole = a.count & ~7
  var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
  var at = 0
  while at < whole {
    let lanes = rawA.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Float>.self)
    let first = rawB.loadUnaligned(fromByteOffset: at * 8, as: SIMD4<Double>.self)
    let second = rawB.loadUnaligned(fromByteOffset: at * 8 + 32, as: SIMD4<Double>.self)
    low = low.addingProduct(SIMD4<Double>(lanes.lowHalf), first)
    high = high.addingProduct(SIMD4<Double>(lanes.highHalf), second)
    at += 8
  }
  var sum = (low + high).sum()
  while at < a.count {
    sum += Double(a[at]) * b[at]
    at += 1
  }
  return sum
}
