/// A seeded stream of random numbers (xoshiro256++ by Blackman and Vigna, seeded by SplitMix64).
///
/// The same seed gives the same numbers on every platform and for ever: generators, samples and tests are
/// reproducible because of it. `stream` gives independent streams of one seed, one a task of parallel work.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  package init(seed: UInt64, stream: UInt64 = 0) {
    var state = seed ^ (stream &* 0xD1B5_4A32_D192_ED03)
    func split() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    s0 = split()
    s1 = split()
    s2 = split()
    s3 = split()
  }

  @inline(__always)
  package mutating func next() -> UInt64 {
    let result = rotate(s0 &+ s3, 23) &+ s0
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotate(s3, 45)
    return result
  }

  /// Uniform in [0, 1), 53 bits.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in 0..<bound by multiplication (Lemire); the bias is below bound / 2^64.
  package mutating func nextIndex(below bound: Int) -> Int {
    precondition(bound > 0, "an index is drawn from a range that is not empty")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  @inline(__always)
  private func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 &- count))
  }
}
