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

/// The cells of a column as codes into their distinct values, which stand in byte order.
struct CellDictionary {
  let codes: AlignedBuffer<UInt32>
  let strings: StringTable

  /// Each block of rows has its own dictionary first; they are joined in the order of the rows.
  init(_ rows: ChunkRows, column: Int, name: String) throws(IngestError) {
    let codes = AlignedBuffer<UInt32>(repeating: 0, count: rows.count)
    // SAFETY: nobody else has the buffer yet; each task writes the rows of its own chunks.
    nonisolated(unsafe) let out = UnsafeMutablePointer(mutating: codes.pointer.baseAddress!)
    let locals = rows.blocks.map { _ in LocalDictionary() }
    Parallel.perform(rows.blocks.count) { block in
      let local = locals[block]
      for i in rows.blocks[block] {
        guard let cells = rows.chunks[i].cells[column] else { continue }
        for row in 0..<rows.chunks[i].rowCount {
          let cell = cells[row]
          if !cell.isEmpty {
            out[rows.firstRows[i] + row] = UInt32(local.dictionary.code(of: cell).code)
          }
        }
      }
    }
    var all = ByteDictionary()
    for local in locals {
      for code in 0..<local.dictionary.count {
        let joined = local.dictionary[code].withUnsafeBufferPointer { all.code(of: $0).code }
        local.joined.append(UInt32(joined))
      }
      guard all.byteCount <= IngestLimits.keptColumnByteCount else {
        throw IngestError(
          .badData, "too many different values", column: name,
          found: "\(all.byteCount) bytes of them",
          expected: "at most \(IngestLimits.keptColumnByteCount)",
          advice: "Leave this column out: choose others with --keep")
      }
    }
    let sorted = CellDictionary.sorted(all)
    Parallel.perform(rows.blocks.count) { block in
      let final = locals[block].joined.map { sorted.codes[Int($0)] }
      for i in rows.blocks[block] {
        guard let cells = rows.chunks[i].cells[column] else { continue }
        for row in 0..<rows.chunks[i].rowCount where !cells[row].isEmpty {
          let place = rows.firstRows[i] + row
          out[place] = final[Int(out[place])]
        }
      }
    }
    self.codes = codes
    strings = sorted.strings
  }

  /// The strings in byte order, and the place of each code's there.
  private static func sorted(
    _ dictionary: ByteDictionary
  ) -> (strings: StringTable, codes: [UInt32]) {
    let count = dictionary.count
    let bytes = (0..<count).reduce(into: [UInt8]()) { $0.append(contentsOf: dictionary[$1]) }
    var offsets: [UInt32] = [0]
    for code in 0..<count { offsets.append(offsets[code] + UInt32(dictionary[code].count)) }
    let table = StringTable(offsets: AlignedBuffer(offsets), bytes: AlignedBuffer(bytes))
    let order = table.byteOrder()
    var codes = [UInt32](repeating: 0, count: count)
    for (place, code) in order.pointer.enumerated() { codes[Int(code)] = UInt32(place) }
    return (table.gathered(order), codes)
  }
}

/// A dictionary of one task.
private final class LocalDictionary: @unchecked Sendable {
  // SAFETY: one task uses it, and the caller when that is done.
  var dictionary = ByteDictionary()
  /// By code here the code in the joint dictionary.
  var joined: [UInt32] = []
}
