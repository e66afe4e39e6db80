/// Arithmetic of two vectors, a value a row.
package enum Arithmetic {
  package static func add(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return }
    for i in 0..<a.count { out[i] = x[i] + y[i] }
  }

  package static func subtract(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return }
    for i in 0..<a.count { out[i] = x[i] - y[i] }
  }

  package static func multiply(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return }
    for i in 0..<a.count { out[i] = x[i] * y[i] }
  }

  package static func divide(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into out: UnsafeMutablePointer<Double>
  ) {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return }
    for i in 0..<a.count { out[i] = x[i] / y[i] }
  }

  /// Wraps; says whether any sum did.
  package static func add(
    _ a: UnsafeBufferPointer<Int64>, _ b: UnsafeBufferPointer<Int64>,
    into out: UnsafeMutablePointer<Int64>
  ) -> Bool {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return false }
    var signs: Int64 = 0
    for i in 0..<a.count {
      let sum = x[i] &+ y[i]
      signs |= (x[i] ^ sum) & (y[i] ^ sum)
      out[i] = sum
    }
    return signs < 0
  }

  /// Wraps; says whether any difference did.
  package static func subtract(
    _ a: UnsafeBufferPointer<Int64>, _ b: UnsafeBufferPointer<Int64>,
    into out: UnsafeMutablePointer<Int64>
  ) -> Bool {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return false }
    var signs: Int64 = 0
    for i in 0..<a.count {
      let difference = x[i] &- y[i]
      signs |= (x[i] ^ y[i]) & (x[i] ^ difference)
      out[i] = difference
    }
    return signs < 0
  }

  /// Wraps; says whether any product did.
  package static func multiply(
    _ a: UnsafeBufferPointer<Int64>, _ b: UnsafeBufferPointer<Int64>,
    into out: UnsafeMutablePointer<Int64>
  ) -> Bool {
    precondition(a.count == b.count, "vectors of one length")
    guard let x = a.baseAddress, let y = b.baseAddress else { return false }
    var overflowed = false
    for i in 0..<a.count {
      let (product, overflow) = x[i].multipliedReportingOverflow(by: y[i])
      out[i] = product
      overflowed = overflowed || overflow
    }
    return overflowed
  }
}
