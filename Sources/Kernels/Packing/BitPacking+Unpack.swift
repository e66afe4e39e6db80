#if STRATA_X86_64_V3
  import CPlatform
#endif

extension BitPacking {
  /// The inverse of `pack`: destination[i] = base + multiplier · residual i, wrapping.
  ///
  /// `source` holds at least `packedByteCount` bytes and is not read past its end, whatever it holds.
  package static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt8, multiplier: UInt8,
    into destination: UnsafeMutableBufferPointer<UInt8>
  ) {
    let done = spread8(source, width, base, multiplier, destination)
    unpackElements(source, width, base, multiplier, destination, from: done)
  }

  package static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt16, multiplier: UInt16,
    into destination: UnsafeMutableBufferPointer<UInt16>
  ) { unpackElements(source, width, base, multiplier, destination, from: 0) }

  package static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt32, multiplier: UInt32,
    into destination: UnsafeMutableBufferPointer<UInt32>
  ) {
    let done = unpackVectors(source, width, base, multiplier, destination)
    unpackElements(source, width, base, multiplier, destination, from: done)
  }

  package static func unpack(
    _ source: UnsafeRawBufferPointer, width: Int, base: UInt64, multiplier: UInt64,
    into destination: UnsafeMutableBufferPointer<UInt64>
  ) {
    let done = unpackVectors(source, width, base, multiplier, destination)
    unpackElements(source, width, base, multiplier, destination, from: done)
  }
}

/// Groups of eight residuals that can be read 16 bytes at a time from any of their bytes: eight are `width` bytes.
@inline(__always)
private func vectorGroupCount(_ byteCount: Int, _ width: Int, _ count: Int) -> Int {
  let last = byteCount - 16 - width
  return last < 0 ? 0 : min(count / 8, last / width + 1)
}

/// Residuals of up to 25 bits, eight at a time; returns how many values it has done: a multiple of 8.
private func unpackVectors(
  _ source: UnsafeRawBufferPointer, _ width: Int, _ base: UInt32, _ multiplier: UInt32,
  _ destination: UnsafeMutableBufferPointer<UInt32>
) -> Int {
  #if STRATA_X86_64_V3
    guard (1...25).contains(width), let packed = source.baseAddress,
      let out = destination.baseAddress
    else { return 0 }
    let groups = vectorGroupCount(source.count, width, destination.count)
    strata_unpack32(
      packed.assumingMemoryBound(to: UInt8.self), UInt32(width), base, multiplier, out, groups)
    return groups * 8
  #else
    return 0
  #endif
}

/// Residuals of up to 32 bits, eight at a time.
private func unpackVectors(
  _ source: UnsafeRawBufferPointer, _ width: Int, _ base: UInt64, _ multiplier: UInt64,
  _ destination: UnsafeMutableBufferPointer<UInt64>
) -> Int {
  #if STRATA_X86_64_V3
    guard (1...32).contains(width), let multiplier = UInt32(exactly: multiplier),
      let packed = source.baseAddress, let out = destination.baseAddress
    else { return 0 }
    let groups = vectorGroupCount(source.count, width, destination.count)
    strata_unpack64(
      packed.assumingMemoryBound(to: UInt8.self), UInt32(width), base, multiplier, out, groups)
    return groups * 8
  #else
    return 0
  #endif
}

@inline(__always)
private func unpackElements<Element: FixedWidthInteger & UnsignedInteger>(
  _ source: UnsafeRawBufferPointer, _ width: Int, _ base: Element, _ multiplier: Element,
  _ destination: UnsafeMutableBufferPointer<Element>, from start: Int
) {
  let count = destination.count
  precondition(width >= 0 && width <= Element.bitWidth, "a residual is as wide as its element")
  precondition(
    source.count >= BitPacking.packedByteCount(count: count, width: width),
    "the source holds the packed bytes")
  guard count > start, let out = destination.baseAddress else { return }
  guard width > 0, let packed = source.baseAddress else {
    for i in start..<count { out[i] = base }
    return
  }
  let mask: UInt64 = .max &>> UInt64(truncatingIfNeeded: 64 &- width)
  // Values whose 9 bytes (8 and the one that a width over 57 may reach into) lie in the source.
  let fastCount = source.count < 9 ? 0 : min(count, ((source.count - 9) * 8 + 7) / width + 1)
  var i = start
  var bit = start &* width
  if width <= 57 {
    while i < fastCount {
      let word = UInt64(
        littleEndian: packed.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
      let residual = (word &>> UInt64(truncatingIfNeeded: bit & 7)) & mask
      out[i] = base &+ multiplier &* Element(truncatingIfNeeded: residual)
      bit &+= width
      i &+= 1
    }
  } else {
    while i < fastCount {
      let shift = UInt64(truncatingIfNeeded: bit & 7)
      let word = UInt64(
        littleEndian: packed.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
      let next = UInt64(packed.load(fromByteOffset: (bit &>> 3) &+ 8, as: UInt8.self))
      // Shifting by 63 − shift and then by 1 keeps the amount below 64 when shift is 0.
      let residual = ((word &>> shift) | ((next &<< (63 &- shift)) &<< 1)) & mask
      out[i] = base &+ multiplier &* Element(truncatingIfNeeded: residual)
      bit &+= width
      i &+= 1
    }
  }
  while i < count {
    out[i] = base &+ multiplier &* Element(truncatingIfNeeded: residual(packed, bit, width))
    bit &+= width
    i &+= 1
  }
}

/// One residual byte by byte, touching only its own bytes: for the end of the source.
private func residual(_ packed: UnsafeRawPointer, _ bit: Int, _ width: Int) -> UInt64 {
  var value: UInt64 = 0
  var taken = 0
  while taken < width {
    let at = bit + taken
    let bits = min(8 - at & 7, width - taken)
    let byte = UInt64(packed.load(fromByteOffset: at >> 3, as: UInt8.self))
    let part = (byte >> UInt64(at & 7)) & ((1 << UInt64(bits)) - 1)
    value |= part << UInt64(taken)
    taken += bits
  }
  return value
}

/// Eight residuals of up to 8 bits a step: the packed bits of a group are spread over the eight bytes of a
/// word in three halvings (8 → 4 + 4 → 2 + 2 → 1 + 1), instead of one load and shift a value.
/// Returns how many values it has done: a multiple of 8.
private func spread8(
  _ source: UnsafeRawBufferPointer, _ width: Int, _ base: UInt8, _ multiplier: UInt8,
  _ destination: UnsafeMutableBufferPointer<UInt8>
) -> Int {
  precondition(width >= 0 && width <= 8, "a residual is as wide as its element")
  guard width > 0, source.count >= 8, let packed = source.baseAddress,
    let out = destination.baseAddress
  else { return 0 }
  let groups = min(destination.count / 8, (source.count - 8) / width + 1)
  let w = UInt64(width)
  let bases = SIMD8<UInt8>(repeating: base)
  let multipliers = SIMD8<UInt8>(repeating: multiplier)
  let low1 = (UInt64(1) &<< w) &- 1
  let low2 = (UInt64(1) &<< (2 &* w)) &- 1
  let low4 = (UInt64(1) &<< (4 &* w)) &- 1
  let high4 = low4 &<< 32
  let evens2 = low2 &* 0x0000_0001_0000_0001
  let odds2 = evens2 &<< 16
  let evens1 = low1 &* 0x0001_0001_0001_0001
  let odds1 = evens1 &<< 8
  let shift4 = 32 &- 4 &* w
  let shift2 = 16 &- 2 &* w
  let shift1 = 8 &- w
  for group in 0..<groups {
    var x = UInt64(
      littleEndian: packed.loadUnaligned(fromByteOffset: group &* width, as: UInt64.self))
    x = (x & low4) | ((x &<< shift4) & high4)
    x = (x & evens2) | ((x &<< shift2) & odds2)
    x = (x & evens1) | ((x &<< shift1) & odds1)
    let bytes = unsafeBitCast(x.littleEndian, to: SIMD8<UInt8>.self)
    UnsafeMutableRawPointer(out + group &* 8).storeBytes(
      of: bytes &* multipliers &+ bases, as: SIMD8<UInt8>.self)
  }
  return groups * 8
}
