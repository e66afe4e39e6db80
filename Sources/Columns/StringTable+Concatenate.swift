import Kernels

extension StringTable {
  /// Strings that lie one after the other, as in a table: `count + 1` rising offsets into their bytes, from 0 on.
  package struct Part {
    let offsets: UnsafeBufferPointer<UInt32>
    let bytes: UnsafeBufferPointer<UInt8>
    private let owner: AnyObject

    /// - Parameter owner: what holds the memory.
    package init(
      offsets: UnsafeBufferPointer<UInt32>, bytes: UnsafeBufferPointer<UInt8>, owner: AnyObject
    ) {
      precondition(offsets.count >= 1, "offsets have an end")
      self.offsets = offsets
      self.bytes = bytes
      self.owner = owner
    }

    package init(_ table: StringTable) {
      self.init(offsets: table.offsets.pointer, bytes: table.bytes.pointer, owner: table)
    }

    var count: Int { offsets.count - 1 }
  }

  /// One table of the strings of several, in their order; copied by all cores. They hold at most 4 GiB in all.
  package convenience init(concatenating parts: [Part]) {
    let byteCount = parts.reduce(0) { $0 + $1.bytes.count }
    precondition(byteCount <= Int(UInt32.max), "a string table holds at most 4 GiB")
    let offsets = AlignedBuffer<UInt32>(count: parts.reduce(1) { $0 + $1.count }) { offsets in
      offsets[0] = 0
      var (first, start) = (1, UInt32(0))
      for part in parts {
        let out = UnsafeMutableBufferPointer(rebasing: offsets[first..<first + part.count])
        Parallel.forEachChunk(of: part.count) { _, strings in
          for string in strings { out[string] = start &+ part.offsets[string &+ 1] }
        }
        first += part.count
        start += UInt32(part.bytes.count)
      }
    }
    let bytes = AlignedBuffer<UInt8>(count: byteCount) { bytes in
      var start = 0
      for part in parts {
        let out = UnsafeMutableBufferPointer(rebasing: bytes[start..<start + part.bytes.count])
        Parallel.forEachChunk(of: part.bytes.count) { _, places in
          (out.baseAddress! + places.lowerBound)
            .update(from: part.bytes.baseAddress! + places.lowerBound, count: places.count)
        }
        start += part.bytes.count
      }
    }
    withExtendedLifetime(parts) {}
    self.init(offsets: offsets, bytes: bytes)
  }

  /// The strings of this table and of another that follows.
  package func appending(_ other: StringTable) -> StringTable {
    StringTable(concatenating: [Part(self), Part(other)])
  }
}
