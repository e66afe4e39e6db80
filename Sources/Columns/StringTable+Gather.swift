import Kernels

extension StringTable {
  /// The strings at `rows`, in that order. Parallel; cost: a copy of the bytes.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> StringTable {
    let count = rows.count
    var total = 0
    let newOffsets = AlignedBuffer<UInt32>(count: count + 1) { out in
      out[0] = 0
      for i in 0..<count {
        total += utf8(at: Int(rows[i])).count
        precondition(total <= Int(UInt32.max), "a string table holds at most 4 GiB")
        out[i + 1] = UInt32(total)
      }
    }
    let newBytes = AlignedBuffer<UInt8>(count: total) { out in
      // SAFETY: every chunk writes the bytes of its own strings.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: count) { _, chunk in
        for i in chunk {
          let string = utf8(at: Int(rows[i]))
          guard let start = string.baseAddress, string.count > 0 else { continue }
          (out.baseAddress! + Int(newOffsets.base[i])).update(from: start, count: string.count)
        }
      }
    }
    return StringTable(offsets: newOffsets, bytes: newBytes)
  }

  /// These strings and then those of `other`.
  package func appending(_ other: StringTable) -> StringTable {
    let byteCount = bytes.count + other.bytes.count
    precondition(byteCount <= Int(UInt32.max), "a string table holds at most 4 GiB")
    let newOffsets = AlignedBuffer<UInt32>(count: count + other.count + 1) { out in
      for i in 0...count { out[i] = offsets.base[i] }
      for i in 0..<other.count {
        out[count + 1 + i] = UInt32(bytes.count) + other.offsets.base[i + 1]
      }
    }
    let newBytes = AlignedBuffer<UInt8>(count: byteCount) { out in
      guard byteCount > 0 else { return }
      out.baseAddress!.update(from: bytes.base, count: bytes.count)
      (out.baseAddress! + bytes.count).update(from: other.bytes.base, count: other.bytes.count)
    }
    return StringTable(offsets: newOffsets, bytes: newBytes)
  }
}
