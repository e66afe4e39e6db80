extension BitPacking {
  /// Packs (value − base) / divisor of each value, in `width` bits each.
  ///
  /// Every residual fits `width` bits and is divisible: the caller has looked (`IntegerBounds`,
  /// `CommonDivisor`). `destination` holds `packedByteCount` and `slackByteCount` bytes; what lies behind
  /// the packed bytes is left unspecified.
  package static func pack(
    _ source: UnsafeBufferPointer<UInt8>, base: UInt8, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) {
    let done = divisor.value == 1 ? join8(source, base, width, destination) : 0
    packElements(source, base, divisor, width, destination, from: done)
  }

  package static func pack(
    _ source: UnsafeBufferPointer<UInt16>, base: UInt16, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) { packElements(source, base, divisor, width, destination, from: 0) }

  package static func pack(
    _ source: UnsafeBufferPointer<UInt32>, base: UInt32, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) {
    let octets = Octets(
      base: base, inverse: UInt32(truncatingIfNeeded: divisor.inverse),
      shift: UInt32(divisor.shift), width: width)
    let done = octets.pack(count: source.count, into: destination) { place in
      UnsafeRawPointer(source.baseAddress! + place).loadUnaligned(as: SIMD8<UInt32>.self)
    }
    packElements(source, base, divisor, width, destination, from: done)
  }

  package static func pack(
    _ source: UnsafeBufferPointer<UInt64>, base: UInt64, divisor: ExactDivisor, width: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) {
    var done = 0
    // Then the low halves say all: what is divided has as many bits as the quotient and the divisor.
    if width + (64 - divisor.value.leadingZeroBitCount) <= 32 {
      let octets = Octets(
        base: UInt32(truncatingIfNeeded: base),
        inverse: UInt32(truncatingIfNeeded: divisor.inverse), shift: UInt32(divisor.shift),
        width: width)
      done = octets.pack(count: source.count, into: destination) { place in
        SIMD8<UInt32>(
          truncatingIfNeeded: UnsafeRawPointer(source.baseAddress! + place)
            .loadUnaligned(as: SIMD8<UInt64>.self))
      }
    }
    packElements(source, base, divisor, width, destination, from: done)
  }
}

/// Residuals of up to 29 bits, eight at a time. Eight of them fill whole bytes, so that no step waits for the one
/// before it.
private struct Octets {
  let base: UInt32
  let inverse: UInt32
  let shift: UInt32
  let width: Int

  /// Returns how many values it has done: a multiple of 8.
  @inline(__always)
  func pack(
    count: Int, into destination: UnsafeMutableRawBufferPointer,
    _ values: (_ place: Int) -> SIMD8<UInt32>
  ) -> Int {
    let written = width < 16 ? 16 : (6 * width) / 8 + 8
    guard (1...29).contains(width), let out = destination.baseAddress,
      destination.count >= written
    else { return 0 }
    let groups = min(count / 8, (destination.count - written) / width + 1)
    let bases = SIMD8(repeating: base)
    let inverses = SIMD8(repeating: inverse)
    let shifts = SIMD8(repeating: shift)
    let w = UInt64(truncatingIfNeeded: width)
    let pairShift = SIMD4(repeating: w)
    /// Two residuals a lane.
    @inline(__always) func pairs(_ group: Int) -> SIMD4<UInt64> {
      let residuals = ((values(group &* 8) &- bases) &* inverses) &>> shifts
      let lanes = unsafeBitCast(residuals, to: SIMD4<UInt64>.self)
      return (lanes & SIMD4(repeating: 0xFFFF_FFFF))
        | ((lanes &>> SIMD4(repeating: 32)) &<< pairShift)
    }
    if width < 16 {
      for group in 0..<groups {
        let pairs = pairs(group)
        let quads = pairs.evenHalf | (pairs.oddHalf &<< SIMD2(repeating: 2 &* w))
        let low = quads[0] | (quads[1] &<< (4 &* w))
        let high = quads[1] &>> (64 &- 4 &* w)
        out.storeBytes(of: low.littleEndian, toByteOffset: group &* width, as: UInt64.self)
        out.storeBytes(of: high.littleEndian, toByteOffset: group &* width &+ 8, as: UInt64.self)
      }
    } else {
      // A pair's first byte may have up to 6 bits of the pair before it.
      let bits = SIMD4<UInt64>(0, 2 &* w, 4 &* w, 6 &* w)
      let rest = bits & SIMD4(repeating: 7)
      let before = SIMD4(repeating: 2 &* w) &- rest
      let (second, third, fourth) = (width &* 2 / 8, width &* 4 / 8, width &* 6 / 8)
      for group in 0..<groups {
        let pairs = pairs(group)
        let previous = SIMD4<UInt64>(0, pairs[0], pairs[1], pairs[2])
        let words = (pairs &<< rest) | (previous &>> before)
        let place = out + group &* width
        place.storeBytes(of: words[0].littleEndian, as: UInt64.self)
        place.storeBytes(of: words[1].littleEndian, toByteOffset: second, as: UInt64.self)
        place.storeBytes(of: words[2].littleEndian, toByteOffset: third, as: UInt64.self)
        place.storeBytes(of: words[3].littleEndian, toByteOffset: fourth, as: UInt64.self)
      }
    }
    return groups * 8
  }
}

/// The elements from `start` on, a multiple of 8: as many residuals fill whole bytes, and the rest starts at one.
@inline(__always)
private func packElements<Element: FixedWidthInteger & UnsignedInteger>(
  _ all: UnsafeBufferPointer<Element>, _ base: Element, _ divisor: ExactDivisor, _ width: Int,
  _ packed: UnsafeMutableRawBufferPointer, from start: Int
) {
  let source = UnsafeBufferPointer(rebasing: all[start...])
  let destination = UnsafeMutableRawBufferPointer(rebasing: packed[(start / 8 * width)...])
  precondition(width >= 0 && width <= Element.bitWidth, "a residual is as wide as its element")
  precondition(
    destination.count
      >= BitPacking.packedByteCount(count: source.count, width: width) + BitPacking.slackByteCount,
    "the destination holds the packed bytes and the slack")
  guard width > 0, let values = source.baseAddress, let out = destination.baseAddress else {
    return
  }
  let residuals = Residuals(
    values: values, base: base, inverse: Element(truncatingIfNeeded: divisor.inverse),
    shift: Element(divisor.shift))
  // Several narrow residuals are joined before they go to the accumulator, whose shifts are the chain of
  // dependent instructions that bounds the loop: 8 values in one step instead of 1.
  switch width {
  case 1...7: packGroups(residuals, source.count, width, 8, out)
  case 8...14: packGroups(residuals, source.count, width, 4, out)
  case 15...28: packGroups(residuals, source.count, width, 2, out)
  case 29...56: packGroups(residuals, source.count, width, 1, out)
  default: packWide(residuals, source.count, width, out)
  }
}

private struct Residuals<Element: FixedWidthInteger & UnsignedInteger> {
  let values: UnsafePointer<Element>
  let base: Element
  let inverse: Element
  let shift: Element

  @inline(__always)
  subscript(index: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: ((values[index] &- base) &* inverse) &>> shift)
  }
}

/// `group` residuals a step; group · width ≤ 56, so that with up to 7 bits left over they fit 64 bits.
@inline(__always)
private func packGroups<Element: FixedWidthInteger & UnsignedInteger>(
  _ residuals: Residuals<Element>, _ count: Int, _ width: Int, _ group: Int,
  _ out: UnsafeMutableRawPointer
) {
  var held: UInt64 = 0
  var heldBits = 0
  var byte = 0
  let step = UInt64(truncatingIfNeeded: width)
  let whole = count / group * group
  var i = 0
  while i < whole {
    var joined: UInt64 = 0
    var j = group - 1
    while j >= 0 {
      joined = (joined &<< step) | residuals[i &+ j]
      j &-= 1
    }
    held |= joined &<< UInt64(truncatingIfNeeded: heldBits)
    out.storeBytes(of: held.littleEndian, toByteOffset: byte, as: UInt64.self)
    heldBits &+= width &* group
    byte &+= heldBits &>> 3
    held &>>= UInt64(truncatingIfNeeded: heldBits & ~7)
    heldBits &= 7
    i &+= group
  }
  while i < count {
    held |= residuals[i] &<< UInt64(truncatingIfNeeded: heldBits)
    out.storeBytes(of: held.littleEndian, toByteOffset: byte, as: UInt64.self)
    heldBits &+= width
    byte &+= heldBits &>> 3
    held &>>= UInt64(truncatingIfNeeded: heldBits & ~7)
    heldBits &= 7
    i &+= 1
  }
}

/// Widths over 56: a residual may straddle two words.
@inline(__always)
private func packWide<Element: FixedWidthInteger & UnsignedInteger>(
  _ residuals: Residuals<Element>, _ count: Int, _ width: Int, _ out: UnsafeMutableRawPointer
) {
  var held: UInt64 = 0
  var heldBits = 0
  var byte = 0
  for i in 0..<count {
    let residual = residuals[i]
    held |= residual &<< UInt64(truncatingIfNeeded: heldBits)
    heldBits &+= width
    if heldBits >= 64 {
      out.storeBytes(of: held.littleEndian, toByteOffset: byte, as: UInt64.self)
      byte &+= 8
      heldBits &-= 64
      held = heldBits == 0 ? 0 : residual &>> UInt64(truncatingIfNeeded: width &- heldBits)
    }
  }
  if heldBits > 0 { out.storeBytes(of: held.littleEndian, toByteOffset: byte, as: UInt64.self) }
}

/// Eight bytes a step: their low `width` bits are joined in three doublings (1 → 2 → 4 → 8), instead of one
/// shift a value. Returns how many values it has done: a multiple of 8.
private func join8(
  _ source: UnsafeBufferPointer<UInt8>, _ base: UInt8, _ width: Int,
  _ destination: UnsafeMutableRawBufferPointer
) -> Int {
  let groups = source.count / 8
  precondition(width >= 0 && width <= 8, "a residual is as wide as its element")
  precondition(
    destination.count >= groups * width + BitPacking.slackByteCount,
    "the destination holds the packed bytes and the slack")
  guard width > 0, groups > 0, let values = UnsafeRawPointer(source.baseAddress),
    let out = destination.baseAddress
  else { return 0 }
  let w = UInt64(truncatingIfNeeded: width)
  let bases = SIMD8<UInt8>(repeating: base)
  let evens1 = ((UInt64(1) &<< w) &- 1) &* 0x0001_0001_0001_0001
  let evens2 = ((UInt64(1) &<< (2 &* w)) &- 1) &* 0x0000_0001_0000_0001
  let low4 = (UInt64(1) &<< (4 &* w)) &- 1
  for group in 0..<groups {
    let bytes = values.loadUnaligned(fromByteOffset: group &* 8, as: SIMD8<UInt8>.self) &- bases
    var x = UInt64(littleEndian: unsafeBitCast(bytes, to: UInt64.self))
    x = (x & evens1) | ((x &>> (8 &- w)) & (evens1 &<< w))
    x = (x & evens2) | ((x &>> (16 &- 2 &* w)) & (evens2 &<< (2 &* w)))
    x = (x & low4) | ((x &>> (32 &- 4 &* w)) & (low4 &<< (4 &* w)))
    out.storeBytes(of: x.littleEndian, toByteOffset: group &* width, as: UInt64.self)
  }
  return groups * 8
}
