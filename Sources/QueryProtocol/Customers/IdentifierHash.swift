/// A 64-bit hash of an id's bytes, eight at a time, by folded 128-bit products (as wyhash and rapidhash do).
///
/// The seed is drawn by each process, so that ids cannot be chosen to collide.
func identifierHash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
  let secret: UInt64 = 0xA076_1D64_78BD_642F
  let count = bytes.count
  var state = seed ^ folded(seed ^ secret, UInt64(count) ^ 0xE703_7ED1_A0B4_28DB)
  var at = 0
  while at + 8 < count {
    state = folded(state ^ word(bytes, at), secret)
    at += 8
  }
  // The last one to eight bytes; a string of eight bytes or more reads its last eight again.
  let last: UInt64
  if count >= 8 {
    last = word(bytes, count - 8)
  } else {
    var partial: UInt64 = 0
    for i in 0..<count { partial |= UInt64(bytes[i]) << UInt64(8 * i) }
    last = partial
  }
  return folded(state ^ last, secret ^ 0x8EBC_6AF0_9C88_C6E3)
}

@inline(__always)
private func word(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt64 {
  // SAFETY: callers pass at + 8 <= count; the load needs no alignment.
  UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(fromByteOffset: at, as: UInt64.self)
}

@inline(__always)
private func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}
