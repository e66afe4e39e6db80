import Kernels

/// An integer type of columns, with the kernels that pack it: signed types go as bit patterns of the unsigned
/// type of their size (`Pattern`), whose wrapping arithmetic gives the same residuals.
protocol PackableInteger: FixedWidthInteger & BitwiseCopyable {
  associatedtype Pattern: PackablePattern
  static func bounds(_ values: UnsafeBufferPointer<Self>) -> (minimum: Self, maximum: Self)
  static func isRising(_ values: UnsafeBufferPointer<Self>) -> Bool
}

/// An unsigned type that is packed.
protocol PackablePattern: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  static func patternBounds(_ values: UnsafeBufferPointer<Self>) -> (minimum: Self, maximum: Self)
  static func commonDivisor(_ values: UnsafeBufferPointer<Self>, base: Self) -> UInt64
  static func pack(
    _ values: UnsafeBufferPointer<Self>, base: Self, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer)
  static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: Self, multiplier: Self,
    into destination: UnsafeMutableBufferPointer<Self>)
  static func difference(
    _ values: UnsafeBufferPointer<Self>, into destination: UnsafeMutableBufferPointer<Self>)
  static func accumulate(_ values: UnsafeMutableBufferPointer<Self>)
}

extension UInt8: PackablePattern {
  static func patternBounds(
    _ values: UnsafeBufferPointer<UInt8>
  ) -> (minimum: UInt8, maximum: UInt8) { IntegerBounds.find(in: values) }
  static func commonDivisor(_ values: UnsafeBufferPointer<UInt8>, base: UInt8) -> UInt64 {
    1
  }
  static func pack(
    _ values: UnsafeBufferPointer<UInt8>, base: UInt8, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) { BitPacking.pack(values, base: base, divisor: divisor, width: width, into: destination) }
  static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt8, multiplier: UInt8,
    into destination: UnsafeMutableBufferPointer<UInt8>
  ) {
    BitPacking.unpack(source, width: width, base: base, multiplier: multiplier, into: destination)
  }
  static func difference(
    _ values: UnsafeBufferPointer<UInt8>, into destination: UnsafeMutableBufferPointer<UInt8>
  ) { Deltas.difference(values, into: destination) }
  static func accumulate(_ values: UnsafeMutableBufferPointer<UInt8>) {
    Deltas.accumulate(values)
  }
}

extension UInt16: PackablePattern {
  static func patternBounds(
    _ values: UnsafeBufferPointer<UInt16>
  ) -> (minimum: UInt16, maximum: UInt16) { IntegerBounds.find(in: values) }
  static func commonDivisor(_ values: UnsafeBufferPointer<UInt16>, base: UInt16) -> UInt64 {
    CommonDivisor.find(in: values, base: base)
  }
  static func pack(
    _ values: UnsafeBufferPointer<UInt16>, base: UInt16, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) { BitPacking.pack(values, base: base, divisor: divisor, width: width, into: destination) }
  static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt16, multiplier: UInt16,
    into destination: UnsafeMutableBufferPointer<UInt16>
  ) {
    BitPacking.unpack(source, width: width, base: base, multiplier: multiplier, into: destination)
  }
  static func difference(
    _ values: UnsafeBufferPointer<UInt16>, into destination: UnsafeMutableBufferPointer<UInt16>
  ) { Deltas.difference(values, into: destination) }
  static func accumulate(_ values: UnsafeMutableBufferPointer<UInt16>) {
    Deltas.accumulate(values)
  }
}

extension UInt32: PackablePattern {
  static func patternBounds(
    _ values: UnsafeBufferPointer<UInt32>
  ) -> (minimum: UInt32, maximum: UInt32) { IntegerBounds.find(in: values) }
  static func commonDivisor(_ values: UnsafeBufferPointer<UInt32>, base: UInt32) -> UInt64 {
    CommonDivisor.find(in: values, base: base)
  }
  static func pack(
    _ values: UnsafeBufferPointer<UInt32>, base: UInt32, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) { BitPacking.pack(values, base: base, divisor: divisor, width: width, into: destination) }
  static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt32, multiplier: UInt32,
    into destination: UnsafeMutableBufferPointer<UInt32>
  ) {
    BitPacking.unpack(source, width: width, base: base, multiplier: multiplier, into: destination)
  }
  static func difference(
    _ values: UnsafeBufferPointer<UInt32>, into destination: UnsafeMutableBufferPointer<UInt32>
  ) { Deltas.difference(values, into: destination) }
  static func accumulate(_ values: UnsafeMutableBufferPointer<UInt32>) {
    Deltas.accumulate(values)
  }
}

extension UInt64: PackablePattern {
  static func patternBounds(
    _ values: UnsafeBufferPointer<UInt64>
  ) -> (minimum: UInt64, maximum: UInt64) { IntegerBounds.find(in: values) }
  static func commonDivisor(_ values: UnsafeBufferPointer<UInt64>, base: UInt64) -> UInt64 {
    CommonDivisor.find(in: values, base: base)
  }
  static func pack(
    _ values: UnsafeBufferPointer<UInt64>, base: UInt64, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) { BitPacking.pack(values, base: base, divisor: divisor, width: width, into: destination) }
  static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt64, multiplier: UInt64,
    into destination: UnsafeMutableBufferPointer<UInt64>
  ) {
    BitPacking.unpack(source, width: width, base: base, multiplier: multiplier, into: destination)
  }
  static func difference(
    _ values: UnsafeBufferPointer<UInt64>, into destination: UnsafeMutableBufferPointer<UInt64>
  ) { Deltas.difference(values, into: destination) }
  static func accumulate(_ values: UnsafeMutableBufferPointer<UInt64>) {
    Deltas.accumulate(values)
  }
}

extension Int8: PackableInteger {
  typealias Pattern = UInt8
  static func bounds(_ values: UnsafeBufferPointer<Int8>) -> (minimum: Int8, maximum: Int8) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<Int8>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension Int16: PackableInteger {
  typealias Pattern = UInt16
  static func bounds(_ values: UnsafeBufferPointer<Int16>) -> (minimum: Int16, maximum: Int16) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<Int16>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension Int32: PackableInteger {
  typealias Pattern = UInt32
  static func bounds(_ values: UnsafeBufferPointer<Int32>) -> (minimum: Int32, maximum: Int32) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<Int32>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension Int64: PackableInteger {
  typealias Pattern = UInt64
  static func bounds(_ values: UnsafeBufferPointer<Int64>) -> (minimum: Int64, maximum: Int64) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<Int64>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension UInt8: PackableInteger {
  typealias Pattern = UInt8
  static func bounds(_ values: UnsafeBufferPointer<UInt8>) -> (minimum: UInt8, maximum: UInt8) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<UInt8>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension UInt16: PackableInteger {
  typealias Pattern = UInt16
  static func bounds(_ values: UnsafeBufferPointer<UInt16>) -> (minimum: UInt16, maximum: UInt16) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<UInt16>) -> Bool {
    IntegerBounds.isRising(values)
  }
}

extension UInt32: PackableInteger {
  typealias Pattern = UInt32
  static func bounds(_ values: UnsafeBufferPointer<UInt32>) -> (minimum: UInt32, maximum: UInt32) {
    IntegerBounds.find(in: values)
  }
  static func isRising(_ values: UnsafeBufferPointer<UInt32>) -> Bool {
    IntegerBounds.isRising(values)
  }
}
