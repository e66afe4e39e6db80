extension Column {
  /// The values of `rows`, in that order; traps at a row that is not there. Parallel over chunks.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> Column {
    Column(name, values.gathered(rows), validity: validity?.gathered(rows))
  }
}

extension Bitmap {
  /// The bits of `rows`, in that order.
  package func gathered(_ rows: AlignedBuffer<UInt32>) -> Bitmap {
    Bitmap(count: rows.count) { self[Int(rows[$0])] }
  }
}

extension ColumnValues {
  fileprivate func gathered(_ rows: AlignedBuffer<UInt32>) -> ColumnValues {
    switch self {
    case .int8(let buffer): .int8(buffer.gathered(rows))
    case .int16(let buffer): .int16(buffer.gathered(rows))
    case .int32(let buffer): .int32(buffer.gathered(rows))
    case .int64(let buffer): .int64(buffer.gathered(rows))
    case .uint8(let buffer): .uint8(buffer.gathered(rows))
    case .uint16(let buffer): .uint16(buffer.gathered(rows))
    case .uint32(let buffer): .uint32(buffer.gathered(rows))
    case .float32(let buffer): .float32(buffer.gathered(rows))
    case .float64(let buffer): .float64(buffer.gathered(rows))
    case .bool(let bitmap): .bool(bitmap.gathered(rows))
    case .string(.uint8(let codes), let table): .string(.uint8(codes.gathered(rows)), table)
    case .string(.uint16(let codes), let table): .string(.uint16(codes.gathered(rows)), table)
    case .string(.uint32(let codes), let table): .string(.uint32(codes.gathered(rows)), table)
    case .day(let buffer): .day(buffer.gathered(rows))
    case .money(let buffer): .money(buffer.gathered(rows))
    case .text(let table): .text(table.gathered(rows))
    }
  }
}
