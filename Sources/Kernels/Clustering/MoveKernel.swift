/// Moves points with D features between the sums of clusters.
///
/// A cluster's sums stand together, Σ w·x₀ … Σ w·x_{D−1}, Σ w, filled up with zeros to vectors of four: a point
/// with up to three features takes one addition and one subtraction.
enum MoveKernel<let D: Int> {
  @inline(__always)
  static func move(
    _ points: UnsafePointer<Float>, _ stride: Int, _ changes: BlockChanges, _ isFirst: Bool,
    _ weights: UnsafePointer<Double>?, _ deltas: UnsafeMutablePointer<Double>
  ) {
    let deltas = UnsafeMutableRawPointer(deltas)
    let rowByteCount = (D + 4) / 4 * 32
    let (old, new) = (changes.old, changes.new)
    changes.forEach { at in
      let weight = weights.map { $0[at] } ?? 1
      let to = deltas + Int(new[at]) &* rowByteCount
      // Every point comes from the cluster that is thrown away: taking it from there as well would make each
      // subtraction wait for the last.
      let from = isFirst ? nil : deltas + Int(old[at]) &* rowByteCount
      for v in 0..<(D + 4) / 4 {
        let values = SIMD4<Float>(
          value(points, stride, at, v &* 4), value(points, stride, at, v &* 4 &+ 1),
          value(points, stride, at, v &* 4 &+ 2), value(points, stride, at, v &* 4 &+ 3))
        let terms = SIMD4<Double>(values) * weight
        add(terms, to + v &* 32)
        if let from { add(-terms, from + v &* 32) }
      }
    }
  }

  /// Feature `f`, then 1 for the weight, then zeros; `f` is a constant where this is inlined.
  @inline(__always)
  private static func value(
    _ points: UnsafePointer<Float>, _ stride: Int, _ at: Int, _ f: Int
  ) -> Float {
    f < D ? points[f &* stride &+ at] : f == D ? 1 : 0
  }

  @inline(__always)
  private static func add(_ terms: SIMD4<Double>, _ to: UnsafeMutableRawPointer) {
    to.storeBytes(of: to.load(as: SIMD4<Double>.self) + terms, as: SIMD4<Double>.self)
  }
}
