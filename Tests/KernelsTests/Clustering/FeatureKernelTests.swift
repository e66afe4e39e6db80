import Kernels
import Testing

@Suite struct FeatureKernelTests {
  static func values(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in (random.nextUnit() - 0.5) * 1e3 }
  }

  @Test func momentsAreThoseOfTheNaiveTwin() {
    for count in Array(1...65) + [4_096] {
      var values = Self.values(count, seed: UInt64(count))
      let moments = values.withUnsafeMutableBufferPointer { FeatureKernel.moments(of: $0) }
      let mean = values.reduce(0, +) / Double(count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      #expect(abs(moments.mean - mean) < 1e-10)
      #expect(abs(moments.squares - squares) <= 1e-12 * squares)
      #expect(moments.least == values.min() && moments.largest == values.max())
    }
  }

  @Test func oneUnusableValueShowsInTheMomentsWhereverItStands() {
    for count in [1, 15, 16, 17, 40] {
      for place in 0..<count {
        for bad in [Double.nan, .infinity, -.infinity] {
          var values = Self.values(count, seed: 3)
          values[place] = bad
          let moments = values.withUnsafeMutableBufferPointer { FeatureKernel.moments(of: $0) }
          #expect(!moments.mean.isFinite)
        }
      }
    }
  }

  @Test func floatsAreWidenedExactly() {
    for count in 1...65 {
      let floats = Self.values(count, seed: 8).map(Float.init)
      var doubles = [Double](repeating: 0, count: count)
      doubles.withUnsafeMutableBufferPointer { FeatureKernel.widen(floats, into: $0) }
      #expect(doubles == floats.map(Double.init))
    }
  }

  @Test func coordinatesAreWholeSteps() {
    let step = 0x1p-30
    for count in 1...65 {
      var values = Self.values(count, seed: 21)
      var out = [Float](repeating: 0, count: count)
      values.withUnsafeMutableBufferPointer {
        FeatureKernel.scale($0, center: 10, divisor: 700, step: step, into: &out)
      }
      for i in 0..<count {
        let wanted = Double(Float((values[i] - 10) * (1 / 700)))
        #expect(abs(Double(out[i]) - wanted) <= step / 2)
        #expect((Double(out[i]) / step).rounded() * step == Double(out[i]))
      }
    }
  }
}
