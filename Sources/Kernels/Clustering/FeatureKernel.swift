/// What turns a column's values into coordinates, a block at a time.
package enum FeatureKernel {
  /// Count, mean, sum of squared deviations and range of a block of values.
  package struct Moments {
    package let mean: Double
    package let squares: Double
    package let least: Double
    package let largest: Double
  }

  /// As Doubles.
  package static func widen(
    _ source: UnsafePointer<Float>, into out: UnsafeMutableBufferPointer<Double>
  ) {
    let raw = UnsafeRawPointer(source)
    let target = out.baseAddress!
    let whole = out.count & ~7
    var i = 0
    while i < whole {
      let lanes = raw.loadUnaligned(fromByteOffset: i &* 4, as: SIMD8<Float>.self)
      store4(target + i, SIMD4<Double>(lanes.lowHalf))
      store4(target + (i &+ 4), SIMD4<Double>(lanes.highHalf))
      i &+= 8
    }
    while i < out.count {
      target[i] = Double(source[i])
      i &+= 1
    }
  }

  /// Of at least one value: two passes over cached memory, four sums of four lanes at a time, because one sum
  /// would wait for itself. NaN and infinities make the mean one of them.
  package static func moments(of values: UnsafeMutableBufferPointer<Double>) -> Moments {
    let base = UnsafePointer(values.baseAddress!)
    let whole = values.count & ~15
    var (a, b, c, d) = zeros
    var low = SIMD4<Double>(repeating: .infinity)
    var high = -low
    var (low2, high2) = (low, high)
    var i = 0
    while i < whole {
      let (p, q) = (load4(base + i), load4(base + (i &+ 4)))
      let (r, s) = (load4(base + (i &+ 8)), load4(base + (i &+ 12)))
      a += p
      b += q
      c += r
      d += s
      low = lesser(lesser(low, p), q)
      low2 = lesser(lesser(low2, r), s)
      high = greater(greater(high, p), q)
      high2 = greater(greater(high2, r), s)
      i &+= 16
    }
    var sum = ((a + b) + (c + d)).sum()
    var least = lesser(low, low2).min()
    var largest = greater(high, high2).max()
    while i < values.count {
      sum += base[i]
      least = min(least, base[i])
      largest = max(largest, base[i])
      i &+= 1
    }
    let mean = sum / Double(values.count)
    return Moments(
      mean: mean, squares: squares(base, values.count, mean), least: least, largest: largest)
  }

  private static func squares(
    _ base: UnsafePointer<Double>, _ count: Int, _ mean: Double
  ) -> Double {
    let whole = count & ~15
    let center = SIMD4<Double>(repeating: mean)
    var (a, b, c, d) = zeros
    var i = 0
    while i < whole {
      let (p, q) = (load4(base + i) - center, load4(base + (i &+ 4)) - center)
      let (r, s) = (load4(base + (i &+ 8)) - center, load4(base + (i &+ 12)) - center)
      a += p * p
      b += q * q
      c += r * r
      d += s * s
      i &+= 16
    }
    var sum = ((a + b) + (c + d)).sum()
    while i < count {
      sum += (base[i] - mean) * (base[i] - mean)
      i &+= 1
    }
    return sum
  }

  /// (value − center) · (1 / divisor), narrowed to Float and then, unless it is as large as 2⁵⁰ steps, rounded to
  /// a whole number of steps, a power of two: adding and subtracting 1.5·2⁵² steps does that, because the sum's
  /// last bit is a step. A division would take as long as all the rest.
  package static func scale(
    _ values: UnsafeMutableBufferPointer<Double>, center: Double, divisor: Double, step: Double,
    into out: UnsafeMutablePointer<Float>
  ) {
    let inverse = 1 / divisor
    let magnet = 0x1.8p52 * step
    let limit = 0x1p50 * step
    for i in 0..<values.count {
      let narrowed = Double(Float((values[i] - center) * inverse))
      let rounded = (narrowed + magnet) - magnet
      out[i] = Float(abs(narrowed) < limit ? rounded : narrowed)
    }
  }

  private static var zeros: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>) {
    (.zero, .zero, .zero, .zero)
  }

  @inline(__always)
  private static func load4(_ from: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(from).loadUnaligned(as: SIMD4<Double>.self)
  }

  @inline(__always)
  private static func store4(_ to: UnsafeMutablePointer<Double>, _ values: SIMD4<Double>) {
    UnsafeMutableRawPointer(to).storeBytes(of: values, as: SIMD4<Double>.self)
  }

  @inline(__always)
  private static func lesser(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
    a.replacing(with: b, where: b .< a)
  }

  @inline(__always)
  private static func greater(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
    a.replacing(with: b, where: b .> a)
  }
}
