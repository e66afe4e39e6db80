import Columns
import Kernels

/// A column's values by row, read as its type; where a row has none the value is unspecified, and code 0.
enum RowValues {
  case ints(AlignedBuffer<Int64>)
  case floats(AlignedBuffer<Double>)
  case bools(AlignedBuffer<Bool>)
  case days(AlignedBuffer<Int32>)
  /// Codes into strings in byte order.
  case strings(AlignedBuffer<UInt32>, StringTable)

  /// Reads all cells of a column, each of which fits the type.
  init(
    _ rows: ChunkRows, column: Int, name: String, reading: ColumnReading, options: AttributeOptions
  ) throws(IngestError) {
    let formats = CellFormats(options)
    func read<Value: BitwiseCopyable>(
      _ zero: Value, _ parse: @Sendable (UnsafeBufferPointer<UInt8>) -> Value
    ) -> AlignedBuffer<Value> {
      AlignedBuffer<Value>(count: rows.count) { out in
        out.initialize(repeating: zero)
        rows.convert(column, into: out, parse)
      }
    }
    switch reading.type {
    case .int:
      let numbers = formats.numbers
      self = .ints(
        read(0) { cell in
          if case .integer(let value) = numbers.parse(cell).value { return value }
          return 0
        })
    case .float:
      let numbers = formats.numbers
      self = .floats(
        read(0) { cell in
          switch numbers.parse(cell).value {
          case .integer(let value): return Double(value)
          // 0 and −0 are one value.
          case .decimal(let value): return value == 0 ? 0 : value
          case .notANumber: return 0
          }
        })
    case .bool: self = .bools(read(false) { BoolText.parse($0)?.value ?? false })
    case .date:
      let dates = DateParser(options.dateFormat, order: reading.dayMonthOrder)
      self = .days(
        read(0) { cell in
          if case .day(let day) = dates.parse(cell) { return day }
          return 0
        })
    case .category, .text:
      let dictionary = try CellDictionary(rows, column: column, name: name)
      self = .strings(dictionary.codes, dictionary.strings)
    }
  }
}
