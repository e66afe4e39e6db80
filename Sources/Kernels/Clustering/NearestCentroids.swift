/// One specialised kernel for each number of features: in these, and only in these, D is a constant.
///
/// `count` points from `points` on, a multiple of 16; columns stand `stride` elements apart; the table has
/// `centroidCount` rows of −c₀ … −c_{D−1}, |c|²/2, and the bits of the centroid's index.
func nearestCentroids(
  _ points: UnsafePointer<Float>, stride: Int, count: Int, dimensionCount: Int,
  table: UnsafePointer<Float>, centroidCount: Int, labels: UnsafeMutablePointer<UInt16>
) {
  let (p, s, n, t, k, l) = (points, stride, count, table, centroidCount, labels)
  switch dimensionCount {
  case 1: NearestKernel<1>.nearest(p, s, n, t, k, l)
  case 2: NearestKernel<2>.nearest(p, s, n, t, k, l)
  case 3: NearestKernel<3>.nearest(p, s, n, t, k, l)
  case 4: NearestKernel<4>.nearest(p, s, n, t, k, l)
  case 5: NearestKernel<5>.nearest(p, s, n, t, k, l)
  case 6: NearestKernel<6>.nearest(p, s, n, t, k, l)
  case 7: NearestKernel<7>.nearest(p, s, n, t, k, l)
  case 8: NearestKernel<8>.nearest(p, s, n, t, k, l)
  case 9: NearestKernel<9>.nearest(p, s, n, t, k, l)
  case 10: NearestKernel<10>.nearest(p, s, n, t, k, l)
  case 11: NearestKernel<11>.nearest(p, s, n, t, k, l)
  case 12: NearestKernel<12>.nearest(p, s, n, t, k, l)
  case 13: NearestKernel<13>.nearest(p, s, n, t, k, l)
  case 14: NearestKernel<14>.nearest(p, s, n, t, k, l)
  case 15: NearestKernel<15>.nearest(p, s, n, t, k, l)
  case 16: NearestKernel<16>.nearest(p, s, n, t, k, l)
  default: preconditionFailure("1…16 features are supported")
  }
}

/// As `nearestCentroids`, with the second nearest too.
func nearestTwoCentroids(
  _ points: UnsafePointer<Float>, stride: Int, count: Int, dimensionCount: Int,
  table: UnsafePointer<Float>, centroidCount: Int, output: NearestTwoOutput
) {
  let (p, s, n, t, k, o) = (points, stride, count, table, centroidCount, output)
  switch dimensionCount {
  case 1: NearestKernel<1>.nearestTwo(p, s, n, t, k, o)
  case 2: NearestKernel<2>.nearestTwo(p, s, n, t, k, o)
  case 3: NearestKernel<3>.nearestTwo(p, s, n, t, k, o)
  case 4: NearestKernel<4>.nearestTwo(p, s, n, t, k, o)
  case 5: NearestKernel<5>.nearestTwo(p, s, n, t, k, o)
  case 6: NearestKernel<6>.nearestTwo(p, s, n, t, k, o)
  case 7: NearestKernel<7>.nearestTwo(p, s, n, t, k, o)
  case 8: NearestKernel<8>.nearestTwo(p, s, n, t, k, o)
  case 9: NearestKernel<9>.nearestTwo(p, s, n, t, k, o)
  case 10: NearestKernel<10>.nearestTwo(p, s, n, t, k, o)
  case 11: NearestKernel<11>.nearestTwo(p, s, n, t, k, o)
  case 12: NearestKernel<12>.nearestTwo(p, s, n, t, k, o)
  case 13: NearestKernel<13>.nearestTwo(p, s, n, t, k, o)
  case 14: NearestKernel<14>.nearestTwo(p, s, n, t, k, o)
  case 15: NearestKernel<15>.nearestTwo(p, s, n, t, k, o)
  case 16: NearestKernel<16>.nearestTwo(p, s, n, t, k, o)
  default: preconditionFailure("1…16 features are supported")
  }
}

/// Takes the points of a block whose bits are set in `changes.words` from their old clusters' sums to their
/// new ones'.
func moveChanged(
  _ points: UnsafePointer<Float>, stride: Int, dimensionCount: Int, _ changes: BlockChanges,
  isFirst: Bool, weights: UnsafePointer<Double>?, deltas: UnsafeMutablePointer<Double>
) {
  let (p, s, c, f, w, d) = (points, stride, changes, isFirst, weights, deltas)
  switch dimensionCount {
  case 1: MoveKernel<1>.move(p, s, c, f, w, d)
  case 2: MoveKernel<2>.move(p, s, c, f, w, d)
  case 3: MoveKernel<3>.move(p, s, c, f, w, d)
  case 4: MoveKernel<4>.move(p, s, c, f, w, d)
  case 5: MoveKernel<5>.move(p, s, c, f, w, d)
  case 6: MoveKernel<6>.move(p, s, c, f, w, d)
  case 7: MoveKernel<7>.move(p, s, c, f, w, d)
  case 8: MoveKernel<8>.move(p, s, c, f, w, d)
  case 9: MoveKernel<9>.move(p, s, c, f, w, d)
  case 10: MoveKernel<10>.move(p, s, c, f, w, d)
  case 11: MoveKernel<11>.move(p, s, c, f, w, d)
  case 12: MoveKernel<12>.move(p, s, c, f, w, d)
  case 13: MoveKernel<13>.move(p, s, c, f, w, d)
  case 14: MoveKernel<14>.move(p, s, c, f, w, d)
  case 15: MoveKernel<15>.move(p, s, c, f, w, d)
  case 16: MoveKernel<16>.move(p, s, c, f, w, d)
  default: preconditionFailure("1…16 features are supported")
  }
}
