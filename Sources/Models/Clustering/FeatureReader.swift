import Columns
import Kernels

/// A numeric column as Doubles, for some of its rows.
struct FeatureReader: Sendable {
  let name: String
  private let values: ColumnValues

  init(_ column: Column) throws(ClusteringError) {
    switch column.values {
    case .string, .text:
      throw .notNumeric(feature: column.name, type: column.type.name)
    default:
      name = column.name
      values = column.values
    }
  }

  /// Fills `out` with the values of the rows from `start` on, or of the listed rows from there on.
  func read(
    from start: Int, of rows: AlignedBuffer<UInt32>?, into out: UnsafeMutableBufferPointer<Double>
  ) {
    switch values {
    case .int8(let buffer): copy(buffer, start, rows, out)
    case .int16(let buffer): copy(buffer, start, rows, out)
    case .int32(let buffer), .day(let buffer): copy(buffer, start, rows, out)
    case .int64(let buffer): copy(buffer, start, rows, out)
    case .uint8(let buffer): copy(buffer, start, rows, out)
    case .uint16(let buffer): copy(buffer, start, rows, out)
    case .uint32(let buffer): copy(buffer, start, rows, out)
    case .money(let buffer):
      copy(buffer, start, rows, out)
      for i in out.indices { out[i] /= Double(Money.unitsPerOne) }
    case .float32(let buffer):
      let source = buffer.pointer
      if let rows {
        for i in out.indices { out[i] = Double(source[Int(rows[start + i])]) }
      } else if !out.isEmpty {
        FeatureKernel.widen(source.baseAddress! + start, into: out)
      }
    case .float64(let buffer):
      let source = buffer.pointer
      for i in out.indices { out[i] = source[row(start + i, rows)] }
    case .bool(let bitmap):
      for i in out.indices { out[i] = bitmap[row(start + i, rows)] ? 1 : 0 }
    case .string, .text: preconditionFailure("refused by the initialiser")
    }
  }

  private func copy<Value: FixedWidthInteger & BitwiseCopyable>(
    _ buffer: AlignedBuffer<Value>, _ start: Int, _ rows: AlignedBuffer<UInt32>?,
    _ out: UnsafeMutableBufferPointer<Double>
  ) {
    let source = buffer.pointer
    if let rows {
      for i in out.indices { out[i] = Double(source[Int(rows[start + i])]) }
    } else {
      for i in out.indices { out[i] = Double(source[start + i]) }
    }
  }

  @inline(__always)
  private func row(_ i: Int, _ rows: AlignedBuffer<UInt32>?) -> Int {
    if let rows { Int(rows[i]) } else { i }
  }

  /// Calls `body` with the values of each block of a chunk of the rows used.
  func forEachBlock(
    in chunk: Range<Int>, of rows: AlignedBuffer<UInt32>?,
    _ body: (_ start: Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    let blockRowCount = 4_096
    withUnsafeTemporaryAllocation(of: Double.self, capacity: blockRowCount) { block in
      var start = chunk.lowerBound
      while start < chunk.upperBound {
        let count = min(blockRowCount, chunk.upperBound - start)
        let part = UnsafeMutableBufferPointer(rebasing: block[..<count])
        read(from: start, of: rows, into: part)
        body(start, part)
        start += count
      }
    }
  }
}
