/// The nearest of k centroids for blocks of points with D features, 16 points at a time.
///
/// With |x − c|² = |x|² + 2 (|c|²/2 − x·c), the centroid with the least score s = |c|²/2 − x·c is the nearest:
/// D multiply-adds a centroid and no |x|². A centroid's row of the table is −c₀ … −c_{D−1}, |c|²/2, and its
/// index. The values of the points stay in registers while the centroids go by, broadcast from the first-level
/// cache; so does the index, because a broadcast from a register takes the port that the compares want.
///
/// Bookkeeping costs as much as three features, so each step is one instruction: because centroids come in
/// rising order, the index of the best is the maximum of the indices that were better than all before, which
/// is `and` and `max`; a blend is three times as dear. A centroid must be strictly better: ties keep the lower
/// index.
enum NearestKernel<let D: Int> {
  /// Writes the index of the nearest centroid of `count` points (a multiple of 16).
  @inline(__always)
  static func nearest(
    _ points: UnsafePointer<Float>, _ stride: Int, _ count: Int,
    _ table: UnsafePointer<Float>, _ centroidCount: Int, _ labels: UnsafeMutablePointer<UInt16>
  ) {
    let end = table + centroidCount &* (D + 2)
    var i = 0
    while i < count {
      var x = InlineArray<D, SIMD8<Float>>(repeating: .zero)
      var y = InlineArray<D, SIMD8<Float>>(repeating: .zero)
      for f in 0..<D {
        x[f] = load8(points + (f &* stride &+ i))
        y[f] = load8(points + (f &* stride &+ i &+ 8))
      }
      var bestX = SIMD8<Float>(repeating: .infinity)
      var bestY = bestX
      var indexX = SIMD8<Int32>.zero
      var indexY = indexX
      var row = table
      while row != end {
        let j = SIMD8(repeating: Int32(bitPattern: row[D + 1].bitPattern))
        var s = SIMD8<Float>(repeating: row[D])
        var t = s
        for f in 0..<D {
          let c = SIMD8<Float>(repeating: row[f])
          s.addProduct(x[f], c)
          t.addProduct(y[f], c)
        }
        let isBetterX = s .< bestX
        let isBetterY = t .< bestY
        bestX.replace(with: s, where: isBetterX)
        bestY.replace(with: t, where: isBetterY)
        indexX = later(indexX, j, where: isBetterX)
        indexY = later(indexY, j, where: isBetterY)
        row += D + 2
      }
      store(labels + i, indexX)
      store(labels + i + 8, indexY)
      i &+= 16
    }
  }

  /// As `nearest`, and writes the squared distances to the nearest and to the second nearest centroid
  /// (infinite when there is one centroid) and the squared length of each point.
  @inline(__always)
  static func nearestTwo(
    _ points: UnsafePointer<Float>, _ stride: Int, _ count: Int,
    _ table: UnsafePointer<Float>, _ centroidCount: Int, _ out: NearestTwoOutput
  ) {
    let end = table + centroidCount &* (D + 2)
    var i = 0
    while i < count {
      var x = InlineArray<D, SIMD8<Float>>(repeating: .zero)
      var y = InlineArray<D, SIMD8<Float>>(repeating: .zero)
      for f in 0..<D {
        x[f] = load8(points + (f &* stride &+ i))
        y[f] = load8(points + (f &* stride &+ i &+ 8))
      }
      var bestX = SIMD8<Float>(repeating: .infinity)
      var bestY = bestX
      var secondX = bestX
      var secondY = bestX
      var indexX = SIMD8<Int32>.zero
      var indexY = indexX
      var row = table
      while row != end {
        let j = SIMD8(repeating: Int32(bitPattern: row[D + 1].bitPattern))
        var s = SIMD8<Float>(repeating: row[D])
        var t = s
        for f in 0..<D {
          let c = SIMD8<Float>(repeating: row[f])
          s.addProduct(x[f], c)
          t.addProduct(y[f], c)
        }
        let isBetterX = s .< bestX
        let isBetterY = t .< bestY
        secondX = lesser(secondX, greater(s, bestX))
        secondY = lesser(secondY, greater(t, bestY))
        bestX.replace(with: s, where: isBetterX)
        bestY.replace(with: t, where: isBetterY)
        indexX = later(indexX, j, where: isBetterX)
        indexY = later(indexY, j, where: isBetterY)
        row += D + 2
      }
      var normX = SIMD8<Float>.zero
      var normY = normX
      for f in 0..<D {
        normX.addProduct(x[f], x[f])
        normY.addProduct(y[f], y[f])
      }
      store(out.labels + i, indexX)
      store(out.labels + i + 8, indexY)
      store8(out.norms + i, normX)
      store8(out.norms + i + 8, normY)
      store8(out.nearest + i, greater(normX + bestX + bestX, .zero))
      store8(out.nearest + i + 8, greater(normY + bestY + bestY, .zero))
      store8(out.second + i, greater(normX + secondX + secondX, .zero))
      store8(out.second + i + 8, greater(normY + secondY + secondY, .zero))
      i &+= 16
    }
  }
}

/// Where `nearestTwo` writes: one element a point, with room for the points rounded up to 16.
struct NearestTwoOutput {
  let labels: UnsafeMutablePointer<UInt16>
  let nearest: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>
  let norms: UnsafeMutablePointer<Float>
}

@inline(__always)
func load8(_ from: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(from).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
func store8(_ to: UnsafeMutablePointer<Float>, _ values: SIMD8<Float>) {
  UnsafeMutableRawPointer(to).storeBytes(of: values, as: SIMD8<Float>.self)
}

@inline(__always)
private func store(_ to: UnsafeMutablePointer<UInt16>, _ index: SIMD8<Int32>) {
  UnsafeMutableRawPointer(to)
    .storeBytes(of: SIMD8<UInt16>(truncatingIfNeeded: index), as: SIMD8<UInt16>.self)
}

/// Lane by lane `j` where the mask is set, else `index`; j is at least every index.
@inline(__always)
private func later(
  _ index: SIMD8<Int32>, _ j: SIMD8<Int32>, where mask: SIMDMask<SIMD8<Int32>>
) -> SIMD8<Int32> {
  let masked = SIMD8<Int32>.zero.replacing(with: j, where: mask)
  return index.replacing(with: masked, where: masked .> index)
}

@inline(__always)
func lesser(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: b .< a)
}

@inline(__always)
func greater(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  a.replacing(with: b, where: b .> a)
}
