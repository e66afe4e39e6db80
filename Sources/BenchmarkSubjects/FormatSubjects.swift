import Columns
import Export
import Kernels

/// Writing scores as text.
func formatSubjects() -> [BenchmarkSubject] {
  let count = 1_000_000
  var random = RandomStream(seed: 1)
  let totals = AlignedBuffer<Int64>(count: count) { buffer in
    for i in buffer.indices { buffer[i] = Int64(random.nextIndex(below: 50_000)) * 100 }
  }
  let days = AlignedBuffer<Int32>(count: count) { buffer in
    for i in buffer.indices { buffer[i] = 19_000 + Int32(random.nextIndex(below: 730)) }
  }
  let frame = Frame(
    rowCount: count,
    columns: [
      Column("monetary_total", .money(totals)), Column("last_purchase", .day(days)),
      Column("orders", .int32(days)),
    ])
  return [
    BenchmarkSubject("format rows of three columns as CSV, one thread", count, "rows") {
      let formatter = RowFormatter(format: .csv, columns: frame.columns)
      var writer = ByteWriter(capacity: 1 << 20)
      for start in stride(from: 0, to: count, by: 16_384) {
        writer.clear()
        formatter.append(rows: start..<min(start + 16_384, count), where: nil, to: &writer)
      }
      consume(writer.count)
    }
  ]
}
