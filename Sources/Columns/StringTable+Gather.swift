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
}
