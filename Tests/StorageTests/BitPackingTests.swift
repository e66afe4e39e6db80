import Kernels
import Testing

@Suite("Bit packing")
struct BitPackingTests {
  static let widths = Array(0...64)

  @Test("Packed 64-bit values are the naive twin's, and come back, at every width and length to 65")
  func everyWidth() {
    var random = RandomStream(seed: 11)
    for width in Self.widths {
      for count in Array(0...65) + [1_000] {
        let mask: UInt64 = width == 0 ? 0 : .max >> UInt64(64 - width)
        let residuals = (0..<count).map { _ in random.next() & mask }
        check(residuals, width, base: random.next(), multiplier: 1) as Void
      }
    }
  }

  @Test("A common divisor is taken off and put back, odd, even and a power of two")
  func divisors() {
    var random = RandomStream(seed: 12)
    for multiplier: UInt64 in [1, 2, 3, 100, 4096, 10_000, 999_999_937, 1 << 33, 1 << 40 + 6] {
      let residuals = (0..<300).map { _ in random.next() & 0xFFFF }
      check(residuals, 16, base: 5 &- 1_000, multiplier: multiplier)
      let values = residuals.map { 7 &+ $0 &* multiplier }
      let found = values.withUnsafeBufferPointer { CommonDivisor.find(in: $0, base: 7) }
      #expect(found == residuals.reduce(0) { naiveGCD($0, $1 &* multiplier) })
      // One of the last ones is of a smaller divisor, or of none, within 32 bits and beyond.
      for rest in [multiplier / 2, multiplier / 2 &+ 1 << 40, 1] {
        let broken = residuals.map { $0 &* multiplier } + [rest, multiplier]
        let found = broken.withUnsafeBufferPointer { CommonDivisor.find(in: $0, base: 0) }
        #expect(found == max(1, broken.reduce(0) { naiveGCD($0, $1) }))
      }
    }
  }

  @Test("Bytes, 16-bit and 32-bit values come back at every width")
  func narrowTypes() {
    var random = RandomStream(seed: 13)
    for count in [0, 1, 7, 8, 9, 63, 64, 65, 200] {
      for width in 0...8 {
        let residuals = (0..<count).map { _ in random.next() & ((1 << UInt64(width)) - 1) }
        checkNarrow(residuals, width, UInt8(200)) {
          BitPacking.pack($0, base: $1, divisor: .one, width: $2, into: $3)
        } unpack: {
          BitPacking.unpack($0, width: $1, base: $2, multiplier: 1, into: $3)
        }
      }
      for width in 0...16 {
        let residuals = (0..<count).map { _ in random.next() & ((1 << UInt64(width)) - 1) }
        checkNarrow(residuals, width, UInt16(60_000)) {
          BitPacking.pack($0, base: $1, divisor: .one, width: $2, into: $3)
        } unpack: {
          BitPacking.unpack($0, width: $1, base: $2, multiplier: 1, into: $3)
        }
      }
      for width in 0...32 {
        let residuals = (0..<count).map { _ in random.next() & ((1 << UInt64(width)) - 1) }
        checkNarrow(residuals, width, UInt32.max - 3) {
          BitPacking.pack($0, base: $1, divisor: .one, width: $2, into: $3)
        } unpack: {
          BitPacking.unpack($0, width: $1, base: $2, multiplier: 1, into: $3)
        }
      }
    }
  }

  @Test("Bounds, order and differences are the naive twins'")
  func scans() {
    var random = RandomStream(seed: 14)
    for count in Array(1...65) + [5_000] {
      let values = (0..<count).map { _ in Int64(bitPattern: random.next()) }
      let bounds = values.withUnsafeBufferPointer { IntegerBounds.find(in: $0) }
      #expect(bounds.minimum == values.min() && bounds.maximum == values.max())
      let sorted = values.sorted()
      #expect(sorted.withUnsafeBufferPointer { IntegerBounds.isRising($0) })
      if count > 1 {
        var broken = sorted
        broken.swapAt(count - 2, count - 1)
        #expect(!broken.withUnsafeBufferPointer { IntegerBounds.isRising($0) })
      }
      let patterns = sorted.map { UInt64(bitPattern: $0) }
      var differences = [UInt64](repeating: 0, count: count)
      differences[0] = patterns[0]
      patterns.withUnsafeBufferPointer { source in
        differences.withUnsafeMutableBufferPointer { out in
          Deltas.difference(source, into: UnsafeMutableBufferPointer(rebasing: out[1...]))
          Deltas.accumulate(out)
        }
      }
      #expect(differences == patterns)
    }
  }

  private func check(
    _ residuals: [UInt64], _ width: Int, base: UInt64, multiplier: UInt64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let values = residuals.map { base &+ $0 &* multiplier }
    let expected = naivePack(residuals, width)
    var packed = [UInt8](repeating: 0xAA, count: expected.count + BitPacking.slackByteCount)
    values.withUnsafeBufferPointer { source in
      packed.withUnsafeMutableBytes {
        BitPacking.pack(
          source, base: base, divisor: ExactDivisor(multiplier), width: width, into: $0)
      }
    }
    #expect(Array(packed.prefix(expected.count)) == expected, sourceLocation: sourceLocation)
    var back = [UInt64](repeating: 1, count: values.count)
    // Exactly the packed bytes: a read past them would be found by the sanitizer and by the last byte's check.
    expected.withUnsafeBytes { raw in
      back.withUnsafeMutableBufferPointer {
        BitPacking.unpack(raw, width: width, base: base, multiplier: multiplier, into: $0)
      }
    }
    #expect(
      back == values, "width \(width), \(values.count) values", sourceLocation: sourceLocation)
  }

  private func checkNarrow<Value: FixedWidthInteger & UnsignedInteger>(
    _ residuals: [UInt64], _ width: Int, _ base: Value,
    pack: (UnsafeBufferPointer<Value>, Value, Int, UnsafeMutableRawBufferPointer) -> Void,
    unpack: (UnsafeRawBufferPointer, Int, Value, UnsafeMutableBufferPointer<Value>) -> Void
  ) {
    let values = residuals.map { base &+ Value($0) }
    let expected = naivePack(residuals, width)
    var packed = [UInt8](repeating: 0xAA, count: expected.count + BitPacking.slackByteCount)
    values.withUnsafeBufferPointer { source in
      packed.withUnsafeMutableBytes { pack(source, base, width, $0) }
    }
    #expect(Array(packed.prefix(expected.count)) == expected)
    var back = [Value](repeating: 1, count: values.count)
    expected.withUnsafeBytes { raw in
      back.withUnsafeMutableBufferPointer { unpack(raw, width, base, $0) }
    }
    #expect(back == values, "width \(width), \(values.count) values of \(Value.bitWidth) bits")
  }

  /// Bit by bit.
  private func naivePack(_ residuals: [UInt64], _ width: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (residuals.count * width + 7) / 8)
    for (i, residual) in residuals.enumerated() {
      for b in 0..<width where (residual >> UInt64(b)) & 1 != 0 {
        bytes[(i * width + b) / 8] |= 1 << UInt8((i * width + b) % 8)
      }
    }
    return bytes
  }

  private func naiveGCD(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : naiveGCD(b, a % b) }
}
