import Columns
import Kernels
import Testing

@testable import QueryProtocol

@Suite struct NumberTextTests {
  private func text(_ write: (inout ReplyBuffer) -> Void) -> String {
    var buffer = ReplyBuffer(capacity: 64)
    write(&buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test func integersReadAsSwiftWritesThem() {
    var random = RandomStream(seed: 11, stream: 0)
    var values: [Int64] = [0, -1, 9, 10, 99, 100, 9_999, 10_000, 99_999_999, .min, .max]
    for _ in 0..<10_000 {
      values.append(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
    }
    for value in values { #expect(text { $0.append(integer: value) } == String(value)) }
  }

  @Test func amountsReadAsMoneyWritesThem() {
    var random = RandomStream(seed: 12, stream: 0)
    var values: [Int64] = [0, 1, -1, 10, 100, 1_000, 10_000, 123_400, -50_000, .min, .max]
    for _ in 0..<10_000 {
      values.append(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
    }
    for value in values { #expect(text { $0.append(money: value) } == Money.text(value)) }
  }

  @Test func daysReadAsDayWritesThem() {
    for day in stride(from: Int32(-800_000), to: 3_000_000, by: 997) {
      #expect(text { $0.append(day: day) } == Day.text(day))
    }
    #expect(text { $0.append(day: .max) } == Day.text(.max))
    #expect(text { $0.append(day: .min) } == Day.text(.min))
  }

  @Test func floatsReadBackAndAreAsShortAsSwiftWritesThem() throws {
    var random = RandomStream(seed: 13, stream: 0)
    var values: [Float] = [
      0, -0.0, 1, 0.1, 0.3, 1e-5, 1.5e-7, 16_777_216, 1e16, 9.5e16, 1e38, .leastNonzeroMagnitude,
      .leastNormalMagnitude, .greatestFiniteMagnitude,
    ]
    for exponent in 0..<254 { values.append(Float(bitPattern: UInt32(exponent) << 23)) }
    for _ in 0..<200_000 {
      values.append(Float(bitPattern: UInt32(truncatingIfNeeded: random.next())))
    }
    for _ in 0..<50_000 { values.append(Float(random.next() % 1_000_000) / 1_000) }
    for value in values where value.isFinite {
      let written = text { $0.append(float: value) }
      let read = try #require(Float(written), "\(written)")
      #expect(read.bitPattern == value.bitPattern, "\(written) for \(value)")
      #expect(significantDigits(written) <= significantDigits(value.description), "\(written)")
    }
    #expect(text { $0.append(float: .nan) } == "null")
    #expect(text { $0.append(float: -.infinity) } == "null")
  }

  @Test func doublesReadBackAndAreAsShortAsSwiftWritesThem() throws {
    var random = RandomStream(seed: 14, stream: 0)
    var values: [Double] = [
      0, -0.0, 1, 0.1, 0.00005, 1234.5678, 1e15, 1e300, .leastNonzeroMagnitude, 0.1 + 0.2,
    ]
    for _ in 0..<50_000 { values.append(Double(bitPattern: random.next())) }
    for _ in 0..<50_000 { values.append(Double(random.next() % 100_000_000) / 10_000) }
    for value in values where value.isFinite {
      let written = text { $0.append(double: value) }
      let read = try #require(Double(written), "\(written)")
      #expect(read.bitPattern == value.bitPattern, "\(written) for \(value)")
      #expect(significantDigits(written) <= significantDigits(value.description), "\(written)")
    }
    #expect(text { $0.append(double: .infinity) } == "null")
  }

  private func significantDigits(_ text: String) -> Int {
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber)
    let stripped = mantissa.drop { $0 == "0" }
    return stripped.reversed().drop { $0 == "0" }.count
  }
}
