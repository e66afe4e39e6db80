import Kernels

extension Column {
  /// The values at `rows`, in that order; a dictionary stays whole.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> Column {
    let values: ColumnValues =
      switch values {
      case .int8(let buffer): .int8(buffer.gathered(rows))
      case .int16(let buffer): .int16(buffer.gathered(rows))
      case .int32(let buffer): .int32(buffer.gathered(rows))
      case .int64(let buffer): .int64(buffer.gathered(rows))
      case .uint8(let buffer): .uint8(buffer.gathered(rows))
      case .uint16(let buffer): .uint16(buffer.gathered(rows))
      case .uint32(let buffer): .uint32(buffer.gathered(rows))
      case .float32(let buffer): .float32(buffer.gathered(rows))
      case .float64(let buffer): .float64(buffer.gathered(rows))
      case .day(let buffer): .day(buffer.gathered(rows))
      case .money(let buffer): .money(buffer.gathered(rows))
      case .text(let table): .text(table.gathered(rows))
      case .bool(let bits): .bool(bits.gathered(rows))
      case .string(.uint8(let codes), let table): .string(.uint8(codes.gathered(rows)), table)
      case .string(.uint16(let codes), let table): .string(.uint16(codes.gathered(rows)), table)
      case .string(.uint32(let codes), let table): .string(.uint32(codes.gathered(rows)), table)
      }
    let valid = validity?.gathered(rows)
    return Column(name, values, validity: valid.flatMap { $0.oneCount == rows.count ? nil : $0 })
  }

  /// The column under another name.
  package func renamed(_ name: String) -> Column { Column(name, values, validity: validity) }
}

extension Bitmap {
  /// The bits at `rows`, in that order. Parallel over chunks, which are whole words.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> Bitmap {
    let words = AlignedBuffer<UInt64>(count: Bitmap.wordCount(of: rows.count)) { out in
      // SAFETY: every chunk of rows writes its own words.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: rows.count) { _, chunk in
        let rows = rows.pointer
        for w in chunk.lowerBound / 64..<Bitmap.wordCount(of: chunk.upperBound) {
          var word: UInt64 = 0
          for i in w * 64..<min(w * 64 + 64, rows.count) where self[Int(rows[i])] {
            word |= 1 << UInt64(i & 63)
          }
          out[w] = word
        }
      }
    }
    return Bitmap(count: rows.count, words: words)
  }
}
