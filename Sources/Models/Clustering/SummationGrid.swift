/// A spacing of values that makes sums of them exact in Double, in whatever order they are added.
///
/// All values are multiples of the step and below 2^E, so that a sum of n is a multiple of the step below
/// n·2^E: with step ≥ n·2^(E − 53) it has at most 53 bits. Float has 24 bits, so for 10 million rows only
/// values below 1/32 of the largest are rounded at all, and those by less than 2⁻³⁰ of the largest.
struct SummationGrid: Equatable {
  /// A power of two.
  let step: Double

  init(step: Double) { self.step = step }

  /// For so many values of at most this magnitude.
  init(largestMagnitude: Double, rowCount: Int) {
    var rowBits = 4
    while rowBits < 52 && 1 << rowBits < rowCount { rowBits += 1 }
    let exponent = largestMagnitude > 0 ? Int(largestMagnitude.exponent) + 1 : 0
    // Not below what Float can hold without becoming subnormal.
    step = SummationGrid.powerOfTwo(max(exponent - (53 - rowBits), -126))
  }

  /// The nearest value of the grid that is a Float; a value too large for the grid as it is.
  ///
  /// Adding and subtracting 1.5·2⁵² steps rounds to whole steps: the sum's last bit is a step.
  @inline(__always)
  func round(_ value: Double) -> Float {
    let narrowed = Double(Float(value))
    let magnet = 0x1.8p52 * step
    let rounded = (narrowed + magnet) - magnet
    return Float(abs(narrowed) < 0x1p50 * step ? rounded : narrowed)
  }

  static func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
