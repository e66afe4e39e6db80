package import Columns
import Kernels

extension Column {
  /// The values at `rows`, in that order; null where a row is `noRow`. Other rows exist.
  package func picked(_ rows: AlignedBuffer<UInt32>) -> Column {
    let isEmpty = rowCount == 0
    let some = AlignedBuffer<UInt32>(count: rows.count) { out in
      for (k, row) in rows.pointer.enumerated() { out[k] = row == noRow || isEmpty ? 0 : row }
    }
    let hasAbsent = rows.pointer.contains(noRow)
    var picked: Bitmap?
    if hasAbsent || validity != nil {
      let validity = validity
      picked = Bitmap(count: rows.count) { k in
        rows[k] != noRow && (validity.map { $0[Int(rows[k])] } ?? true)
      }
    }
    if isEmpty { return Column(name, values.blank(rows.count), validity: picked) }
    return Column(name, values.picked(some), validity: picked)
  }
}

extension ColumnValues {
  fileprivate func picked(_ rows: AlignedBuffer<UInt32>) -> ColumnValues {
    switch self {
    case .int8(let values): .int8(values.gathered(rows))
    case .int16(let values): .int16(values.gathered(rows))
    case .int32(let values): .int32(values.gathered(rows))
    case .int64(let values): .int64(values.gathered(rows))
    case .uint8(let values): .uint8(values.gathered(rows))
    case .uint16(let values): .uint16(values.gathered(rows))
    case .uint32(let values): .uint32(values.gathered(rows))
    case .float32(let values): .float32(values.gathered(rows))
    case .float64(let values): .float64(values.gathered(rows))
    case .bool(let bits): .bool(Bitmap(count: rows.count) { bits[Int(rows[$0])] })
    case .string(.uint8(let codes), let table): .string(.uint8(codes.gathered(rows)), table)
    case .string(.uint16(let codes), let table): .string(.uint16(codes.gathered(rows)), table)
    case .string(.uint32(let codes), let table): .string(.uint32(codes.gathered(rows)), table)
    case .day(let values): .day(values.gathered(rows))
    case .money(let values): .money(values.gathered(rows))
    case .text(let table): .text(table.gathered(rows))
    }
  }

  /// Values of the same type that nobody will read, for columns of nulls only.
  fileprivate func blank(_ count: Int) -> ColumnValues {
    switch self {
    case .int8: .int8(AlignedBuffer(repeating: 0, count: count))
    case .int16: .int16(AlignedBuffer(repeating: 0, count: count))
    case .int32: .int32(AlignedBuffer(repeating: 0, count: count))
    case .int64: .int64(AlignedBuffer(repeating: 0, count: count))
    case .uint8: .uint8(AlignedBuffer(repeating: 0, count: count))
    case .uint16: .uint16(AlignedBuffer(repeating: 0, count: count))
    case .uint32: .uint32(AlignedBuffer(repeating: 0, count: count))
    case .float32: .float32(AlignedBuffer(repeating: 0, count: count))
    case .float64: .float64(AlignedBuffer(repeating: 0, count: count))
    case .bool: .bool(Bitmap(repeating: false, count: count))
    case .string:
      .string(.uint8(AlignedBuffer(repeating: 0, count: count)), StringTable([""]))
    case .day: .day(AlignedBuffer(repeating: 0, count: count))
    case .money: .money(AlignedBuffer(repeating: 0, count: count))
    case .text: .text(StringTable([String](repeating: "", count: count)))
    }
  }
}
