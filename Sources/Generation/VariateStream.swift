import Kernels

/// Random variates of one customer, from a stream of its own: what one customer draws never depends on another.
struct VariateStream {
  private var bits: RandomStream
  private var spareNormal: Double?

  init(seed: UInt64, stream: UInt64) {
    bits = RandomStream(seed: seed, stream: stream)
  }

  /// Uniform in (0, 1): never 0, so that its logarithm is finite.
  mutating func unit() -> Double {
    (Double(bits.next() >> 12) + 0.5) * 0x1p-52
  }

  /// Exponential with mean 1.
  mutating func exponential() -> Double { -PortableMath.log(unit()) }

  /// Standard normal, by Marsaglia's polar method: two at a time.
  mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * unit() - 1
      let v = 2 * unit() - 1
      let s = u * u + v * v
      if s < 1 && s > 0 {
        let scale = (-2 * PortableMath.log(s) / s).squareRoot()
        spareNormal = v * scale
        return u * scale
      }
    }
  }

  /// Gamma with a sampler's shape and scale 1.
  mutating func gamma(_ sampler: GammaSampler) -> Double {
    while true {
      let x = normal()
      let t = 1 + sampler.c * x
      if t <= 0 { continue }
      let v = t * t * t
      let u = unit()
      let squared = x * x
      if u < 1 - 0.0331 * squared * squared
        || PortableMath.log(u) < 0.5 * squared + sampler.d * (1 - v + PortableMath.log(v))
      {
        let value = sampler.d * v
        guard let exponent = sampler.boostExponent else { return value }
        return value * PortableMath.power(unit(), exponent)
      }
    }
  }

  /// Beta, as the share of one gamma variate in the sum of two.
  mutating func beta(_ a: GammaSampler, _ b: GammaSampler) -> Double {
    let x = gamma(a)
    let sum = x + gamma(b)
    // Both vanish only for shapes far below 1, where the variate is 0 or 1.
    return sum > 0 ? x / sum : (unit() * (a.shape + b.shape) < a.shape ? 1 : 0)
  }
}

/// The constants of Marsaglia and Tsang's method (2000) for one shape; a shape below 1 is drawn one higher and
/// multiplied by U^(1/shape).
struct GammaSampler {
  let shape: Double
  let d: Double
  let c: Double
  let boostExponent: Double?

  init(shape: Double) {
    self.shape = shape
    boostExponent = shape < 1 ? 1 / shape : nil
    d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    c = 1 / (9 * d).squareRoot()
  }
}
