import Columns
import JSONText
import Storage

/// A column file read to memory, timed: `decode --values FILE --rows N --column FILE [--repeats N] [--threads N]`.
///
/// `--values` is raw little-endian Double. The column file is written to `--column` first. What is timed is
/// reading it from the page cache: its checksums compared, its blocks decompressed and decoded.
struct DecodeBenchmark {
  let arguments: BenchmarkArguments

  func run() throws -> JSON {
    let rowCount = try arguments.integer("--rows")
    let path = try arguments.string("--column")
    let values = try RawFile(arguments.string("--values"), mode: "rb").read(
      Double.self, count: rowCount)
    let identity = FileIdentity(storeID: "benchmark", path: "values.col")
    try ColumnFileWriter.write(
      Column("values", .float64(values)), to: path, identity: identity)
    let reader = try ColumnFileReader(path: path, identity: identity)
    let run = timed(try arguments.integer("--repeats", 7)) {
      Result { try reader.read(named: "values") }
    }
    guard case .float64(let read) = try run.result.get().values,
      read.pointer.elementsEqual(values.pointer)
    else { throw BenchmarkError(description: "what was read is not what was written") }
    return .object([
      .init("times", run.json),
      .init("rawBytes", JSON(rowCount * MemoryLayout<Double>.stride)),
      .init("storedBytes", JSON(reader.byteCount)),
    ])
  }
}
