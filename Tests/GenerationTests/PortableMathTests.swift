import Kernels
import Testing

@testable import Generation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct PortableMathTests {
  @Test func `logarithm and exponential agree with the C library's`() {
    var random = RandomStream(seed: 1)
    for _ in 0..<20_000 {
      let x = systemExp(random.nextUnit() * 1_300 - 650)
      #expect(abs(PortableMath.log(x) - systemLog(x)) <= 4 * systemLog(x).ulp)
      let near = 1 + (random.nextUnit() - 0.5) * 1e-3
      #expect(abs(PortableMath.log(near) - systemLog(near)) <= 4 * systemLog(near).ulp)
      let y = random.nextUnit() * 1_400 - 700
      #expect(abs(PortableMath.exp(y) / systemExp(y) - 1) < 2e-15)
    }
    #expect(PortableMath.exp(0) == 1)
    #expect(PortableMath.log(1) == 0)
    #expect(PortableMath.log(0) == -.infinity)
    #expect(PortableMath.exp(-1e300) == 0)
    #expect(PortableMath.exp(1e300).isFinite)
  }

  @Test func `variates have the moments of their distributions`() {
    var random = VariateStream(seed: 2, stream: 0)
    func check(_ mean: Double, _ variance: Double, _ draw: (inout VariateStream) -> Double) {
      let draws = (0..<40_000).map { _ in draw(&random) }
      let found = draws.reduce(0, +) / 40_000
      let error = (variance / 40_000).squareRoot()
      #expect(abs(found - mean) < 5 * error, "mean \(found) instead of \(mean)")
      let spread = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
      #expect(abs(spread / variance - 1) < 0.1, "variance \(spread) instead of \(variance)")
    }
    check(0, 1) { $0.normal() }
    check(1, 1) { $0.exponential() }
    check(0.5, 1.0 / 12) { $0.unit() }
    for shape in [0.3, 1, 6.25] { check(shape, shape) { $0.gamma(GammaSampler(shape: shape)) } }
    check(0.25, 0.25 * 0.75 / 5) { $0.beta(GammaSampler(shape: 1), GammaSampler(shape: 3)) }
  }
}

private func systemExp(_ x: Double) -> Double { exp(x) }
private func systemLog(_ x: Double) -> Double { log(x) }
