import Columns
import JSONText
import Kernels

/// The Gram matrix of seeded Floats, timed: `gram --rows N --columns D [--repeats N]`.
struct GramBenchmark {
  let arguments: BenchmarkArguments

  func run() throws -> JSON {
    let rowCount = try arguments.integer("--rows", 4_000_000)
    let columnCount = try arguments.integer("--columns", 32)
    guard (1...Gram.columnCountMax).contains(columnCount), (1...1 << 31).contains(rowCount) else {
      throw BenchmarkError(description: "1…\(Gram.columnCountMax) columns and 1…2³¹ rows")
    }
    let matrix = AlignedBuffer<Float>(count: rowCount * columnCount) { out in
      // SAFETY: each task writes the elements of its own column.
      nonisolated(unsafe) let out = out
      Parallel.perform(columnCount) { column in
        var random = RandomStream(seed: 1, stream: UInt64(column))
        for row in 0..<rowCount { out[column * rowCount + row] = Float(random.nextUnit() * 2 - 1) }
      }
    }
    var result = [Double](repeating: 0, count: columnCount * columnCount)
    let run = timed(try arguments.integer("--repeats", 7)) {
      result.withUnsafeMutableBufferPointer {
        Gram.matrix(
          matrix.pointer, rowCount: rowCount, columnCount: columnCount, columnStride: rowCount,
          into: $0)
      }
    }
    return .object([
      .init("times", run.json),
      .init("trace", JSON((0..<columnCount).reduce(0.0) { $0 + result[$1 * (columnCount + 1)] })),
    ])
  }
}
