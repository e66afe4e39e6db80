/// `result[d, b] = Σ_g weights[d, g] · values[g, b]`: the sums of every bin under every draw of a bootstrap.
///
/// Row-major, in float32 with sums of at most `groupCount` terms a lane; draws and bins are cut into blocks of
/// 4 × 24 that stay in registers. Results do not depend on the number of threads.
package func weightedSums(
  _ weights: UnsafeBufferPointer<Float>, drawCount: Int, _ values: UnsafeBufferPointer<Float>,
  groupCount: Int, binCount: Int, into result: UnsafeMutableBufferPointer<Float>
) {
  precondition(weights.count == drawCount * groupCount && values.count == groupCount * binCount)
  precondition(result.count == drawCount * binCount)
  if drawCount == 0 || binCount == 0 { return }
  let panelCount = (binCount + 23) / 24
  let panels = UnsafeMutablePointer<SIMD8<Float>>.allocate(
    capacity: max(1, panelCount * groupCount * 3))
  defer { panels.deallocate() }
  for panel in 0..<panelCount {
    for group in 0..<groupCount {
      for k in 0..<3 {
        var lanes = SIMD8<Float>.zero
        for lane in 0..<8 {
          let bin = panel * 24 + k * 8 + lane
          if bin < binCount { lanes[lane] = values[group * binCount + bin] }
        }
        panels[(panel * groupCount + group) * 3 + k] = lanes
      }
    }
  }
  // SAFETY: a task writes the rows of its own four draws only.
  nonisolated(unsafe) let (panelsToRead, weights, result) = (panels, weights, result)
  Parallel.perform((drawCount + 3) / 4) { task in
    let draws = task * 4..<min(task * 4 + 4, drawCount)
    for panel in 0..<panelCount {
      addPanel(
        panelsToRead + panel * groupCount * 3, weights.baseAddress!, groupCount, draws,
        result.baseAddress! + panel * 24, binCount, min(24, binCount - panel * 24))
    }
  }
}

@inline(never)
private func addPanel(
  _ panel: UnsafePointer<SIMD8<Float>>, _ weights: UnsafePointer<Float>, _ groupCount: Int,
  _ draws: Range<Int>, _ result: UnsafeMutablePointer<Float>, _ stride: Int, _ width: Int
) {
  let last = draws.upperBound - 1
  let rows = (0..<4).map { weights + min(draws.lowerBound + $0, last) * groupCount }
  let (w0, w1, w2, w3) = (rows[0], rows[1], rows[2], rows[3])
  var s00 = SIMD8<Float>.zero
  var (s01, s02, s10, s11, s12) = (s00, s00, s00, s00, s00)
  var (s20, s21, s22, s30, s31, s32) = (s00, s00, s00, s00, s00, s00)
  var at = panel
  for group in 0..<groupCount {
    let (v0, v1, v2) = (at[0], at[1], at[2])
    let a = SIMD8<Float>(repeating: w0[group])
    s00 = s00.addingProduct(a, v0)
    s01 = s01.addingProduct(a, v1)
    s02 = s02.addingProduct(a, v2)
    let b = SIMD8<Float>(repeating: w1[group])
    s10 = s10.addingProduct(b, v0)
    s11 = s11.addingProduct(b, v1)
    s12 = s12.addingProduct(b, v2)
    let c = SIMD8<Float>(repeating: w2[group])
    s20 = s20.addingProduct(c, v0)
    s21 = s21.addingProduct(c, v1)
    s22 = s22.addingProduct(c, v2)
    let d = SIMD8<Float>(repeating: w3[group])
    s30 = s30.addingProduct(d, v0)
    s31 = s31.addingProduct(d, v1)
    s32 = s32.addingProduct(d, v2)
    at += 3
  }
  let sums = [s00, s01, s02, s10, s11, s12, s20, s21, s22, s30, s31, s32]
  for (i, draw) in draws.enumerated() {
    for column in 0..<width {
      result[draw * stride + column] = sums[i * 3 + column / 8][column % 8]
    }
  }
}
