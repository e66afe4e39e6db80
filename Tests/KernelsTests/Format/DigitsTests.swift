import Kernels
import Testing

/// Digits without branches against Swift's own.
@Suite struct DigitsTests {
  private func text(_ write: (inout ByteWriter) -> Void) -> String {
    var writer = ByteWriter()
    write(&writer)
    return String(decoding: writer.array, as: UTF8.self)
  }

  private static let values: [Int64] = {
    var values: [Int64] = [0, .min, .max, .min + 1]
    var power: Int64 = 1
    for _ in 0..<18 {
      values += [power - 1, power, power + 1, -power]
      power *= 10
    }
    var random = RandomStream(seed: 3)
    for shift in 0..<63 {
      for _ in 0..<20 { values.append(Int64(bitPattern: random.next()) >> Int64(shift)) }
    }
    return values
  }()

  @Test func integersAreTheirDigits() {
    for value in Self.values { #expect(text { $0.append(integer: value) } == String(value)) }
    for value in 0..<Int64(20_000) {
      #expect(text { $0.append(integer: value) } == String(value))
    }
  }

  @Test func amountsHaveTwoToFourDecimals() {
    func naive(_ units: Int64) -> String {
      var fraction = String(units.magnitude % 10_000)
      fraction = String(repeating: "0", count: 4 - fraction.count) + fraction
      while fraction.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
      return (units < 0 ? "-" : "") + String(units.magnitude / 10_000) + "." + fraction
    }
    for value in Self.values { #expect(text { $0.append(money: value) } == naive(value)) }
    for value in 0..<Int64(20_500) {
      #expect(text { $0.append(money: value) } == naive(value))
    }
  }
}
