import Kernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Special functions against values of 40 digits (Fixtures/make_special.py).
@Suite struct SpecialTests {
  struct Row {
    let function: String
    let x: Double
    let value: Double
  }

  static let rows: [Row] = {
    let path = #filePath.replacingLast("SpecialTests.swift", with: "Fixtures/special.csv")
    guard let file = fopen(path, "rb") else { fatalError("cannot open \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").dropFirst().map {
      let cells = $0.split(separator: ",")
      return Row(function: String(cells[0]), x: Double(cells[1])!, value: Double(cells[2])!)
    }
  }()

  static func apply(
    _ function: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void,
    _ values: [Double]
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: values.count) { buffer, count in
      values.withUnsafeBufferPointer {
        function($0, UnsafeMutableBufferPointer(rebasing: buffer[..<values.count]))
      }
      count = values.count
    }
  }

  @Test func elementaryFunctionsAreRightToAFewUnitsInTheLastPlace() {
    let functions:
      [(String, (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void)] = [
        ("log", { Special.log($0, into: $1) }), ("exp", { Special.exp($0, into: $1) }),
        ("expMinusOne", { Special.expMinusOne($0, into: $1) }),
        ("logOnePlus", { Special.logOnePlus($0, into: $1) }),
      ]
    for (name, function) in functions {
      let rows = Self.rows.filter { $0.function == name }
      #expect(rows.count == 60)
      for (row, value) in zip(rows, Self.apply(function, rows.map(\.x))) {
        // Relative error below 5e-16, which is 2.3 units in the last place at most.
        #expect(abs(value - row.value) <= 5e-16 * abs(row.value), "\(name)(\(row.x))")
      }
    }
  }

  @Test func everyLengthGivesWhatOneValueGives() {
    var random = RandomStream(seed: 5)
    for length in 0...65 {
      let values = (0..<length).map { _ in random.nextUnit() * 50 + 1e-3 }
      let all = Self.apply({ Special.log($0, into: $1) }, values)
      let single = values.map { Self.apply({ Special.log($0, into: $1) }, [$0])[0] }
      #expect(all == single)
      for (value, x) in zip(all, values) {
        #expect(abs(value - log(x)) <= 1e-15 * abs(log(x)) + 1e-17)
      }
    }
  }

  @Test func exponentialsNeitherOverflowNorTurnIntoNaN() {
    let extremes = Self.apply({ Special.exp($0, into: $1) }, [-1e300, -800, 0, 800, 1e300])
    #expect(extremes[0] == 0 && extremes[1] == 0 && extremes[2] == 1)
    #expect(extremes[3].isFinite && extremes[4].isFinite && extremes[4] > 1e307)
  }

  @Test func gammaFunctionsAreRightToThirteenDigits() {
    let names = ["logGamma", "digamma", "trigamma"]
    let rows = Self.rows.filter { names.contains($0.function) }
    #expect(rows.count >= 180)
    for row in rows {
      let family = Special.gammaFamily(row.x)
      switch row.function {
      case "logGamma":
        #expect(abs(family.logGamma - row.value) <= 1e-14 * (1 + abs(row.value)), "\(row.x)")
      case "digamma":
        #expect(abs(family.digamma - row.value) <= 1e-13 * max(abs(row.value), 0.1), "\(row.x)")
      case "trigamma":
        #expect(abs(family.trigamma / row.value - 1) <= 1e-13, "\(row.x)")
      default: break
      }
    }
  }

  /// Leading terms of its own asymptotic series, and what ln Γ itself says where that has the digits.
  @Test func stirlingsRemainderIsWhatStirlingLacks() {
    for x in [1e-6, 0.3, 5, 11.9, 12, 12.1, 40, 1e3, 1e6, 1e9] {
      let rest = Special.stirlingRemainder(x)
      let family = Special.gammaFamily(x)
      let stirling = (x - 0.5) * log(x) - x + Special.halfLogTwoPi
      let scale = 1e-14 * (1 + abs(family.logGamma))
      #expect(abs(rest.logGamma - (family.logGamma - stirling)) <= 4 * scale, "\(x)")
      guard x >= 40 else { continue }
      #expect(abs(rest.logGamma * 12 * x - 1) < 0.04 / (x * x) + 1e-15)
      #expect(abs(rest.digamma * -12 * x * x - 1) < 0.11 / (x * x) + 1e-15)
      #expect(abs(rest.trigamma * 6 * x * x * x - 1) < 0.21 / (x * x) + 1e-15)
    }
  }

  @Test(arguments: [0.05, 1, 7.25, 1e6]) func risingFactorialsAgreeWithTheGammaFunction(z: Double) {
    let counts = [0, 1, 2, 9, 40, 41, 300, 5_000]
    let table = Special.LogPochhammer(z: z, counts: counts)
    let start = Special.gammaFamily(z)
    for (i, count) in counts.enumerated() {
      let end = Special.gammaFamily(z + Double(count))
      // Two ln Γ of a million cancel to 1e-8; the table itself does not.
      let error = 2e-15 * (1 + abs(end.logGamma) + abs(start.logGamma))
      #expect(abs(table.values[i] - (end.logGamma - start.logGamma)) <= 4 * error)
      #expect(
        abs(table.firstDerivatives[i] - (end.digamma - start.digamma)) <= 1e-12 * (1 + 1 / z))
      #expect(
        abs(table.secondDerivatives[i] - (end.trigamma - start.trigamma))
          <= 1e-12 * (1 + 1 / (z * z)))
    }
    #expect(table.values[0] == 0 && table.firstDerivatives[0] == 0)
  }

  @Test func keysSortLikeTheStandardLibrarySortsThem() {
    var random = RandomStream(seed: 11)
    for (count, bits) in [(0, 9), (1, 1), (1_000, 5), (70_000, 28), (140_000, 41)] {
      let values = (0..<count).map { _ in random.next() & ((1 << UInt64(bits)) - 1) }
      var keys = values
      var scratch = [UInt64](repeating: 0, count: count)
      let sorted = keys.withUnsafeMutableBufferPointer { keys in
        scratch.withUnsafeMutableBufferPointer { scratch in
          Array(KeySort.sort(keys, scratch: scratch, bitCount: bits))
        }
      }
      #expect(sorted == values.sorted(), "\(count) keys of \(bits) bits")
    }
  }
}

extension String {
  fileprivate func replacingLast(_ suffix: String, with other: String) -> String {
    precondition(hasSuffix(suffix))
    return String(dropLast(suffix.count)) + other
  }
}
