import CPlatform

/// Order of the distinct ids of a partition: `order[i]` is the code of the i-th id in byte order.
///
/// Ids of at most 16 bytes only. The bits in which the ids differ, few where they were cut into narrow ranges, are
/// gathered in front of the code and radix-sorted; where they are many, the ids are compared.
package func sortShortIDs(
  _ keys: UnsafePointer<UInt64>, count: Int, order: UnsafeMutablePointer<UInt32>
) {
  guard count > 0 else { return }
  var first: UInt64 = 0
  var second: UInt64 = 0
  for i in 0..<count {
    first |= keys[2 &* i] ^ keys[0]
    second |= keys[2 &* i &+ 1] ^ keys[1]
  }
  let bitCount = first.nonzeroBitCount + second.nonzeroBitCount
  guard count >= 64, count <= 1 << 24, bitCount <= 40 else {
    for i in 0..<count { order[i] = UInt32(truncatingIfNeeded: i) }
    var codes = UnsafeMutableBufferPointer(start: order, count: count)
    codes.sort { a, b in
      let left = keys + 2 &* Int(a)
      let right = keys + 2 &* Int(b)
      return left[0] != right[0] ? left[0] < right[0] : left[1] < right[1]
    }
    return
  }
  withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 &* count) { scratch in
    var from = scratch.baseAddress!
    var to = from + count
    let secondBitCount = UInt64(second.nonzeroBitCount)
    for i in 0..<count {
      let bits =
        strata_extract_bits(keys[2 &* i], first) &<< secondBitCount
        | strata_extract_bits(keys[2 &* i &+ 1], second)
      from[i] = bits &<< 24 | UInt64(truncatingIfNeeded: i)
    }
    for shift in stride(from: UInt64(24), to: UInt64(24 + bitCount), by: 8) {
      radixPass(from, to, count, shift)
      swap(&from, &to)
    }
    for i in 0..<count { order[i] = UInt32(truncatingIfNeeded: from[i] & 0xFF_FFFF) }
  }
}

/// Sorts by the eight bits from `shift` on, keeping the order of equals.
private func radixPass(
  _ from: UnsafeMutablePointer<UInt64>, _ to: UnsafeMutablePointer<UInt64>, _ count: Int,
  _ shift: UInt64
) {
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { places in
    places.initialize(repeating: 0)
    for i in 0..<count { places[Int(truncatingIfNeeded: (from[i] &>> shift) & 0xFF)] &+= 1 }
    var sum: UInt32 = 0
    for value in 0..<256 {
      let here = places[value]
      places[value] = sum
      sum &+= here
    }
    for i in 0..<count {
      let value = Int(truncatingIfNeeded: (from[i] &>> shift) & 0xFF)
      to[Int(places[value])] = from[i]
      places[value] &+= 1
    }
  }
}
