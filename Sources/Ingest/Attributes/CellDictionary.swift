import Columns
import Kernels

/// The cells of a column as codes into their distinct values, which stand in byte order.
struct CellDictionary {
  let codes: AlignedBuffer<UInt32>
  let strings: StringTable

  /// Each block of rows has its own dictionary first; those are joined by sorting.
  init(_ rows: ChunkRows, column: Int, name: String) throws(IngestError) {
    let codes = AlignedBuffer<UInt32>(repeating: 0, count: rows.count)
    // SAFETY: nobody else has the buffer yet; each task writes the rows of its own chunks.
    nonisolated(unsafe) let out = UnsafeMutablePointer(mutating: codes.pointer.baseAddress!)
    let locals = rows.blocks.map { _ in CellStrings() }
    Parallel.perform(rows.blocks.count) { block in
      let local = locals[block]
      for i in rows.blocks[block] {
        guard let cells = rows.chunks[i].cells(of: column) else { continue }
        let first = rows.firstRows[i]
        for row in 0..<rows.chunks[i].rowCount {
          let cell = cells[row]
          if !cell.isEmpty { out[first + row] = local.code(of: cell) }
        }
      }
    }
    let joined = try CellDictionary.join(locals, name: name)
    let finalCodes = joined.codes
    Parallel.perform(rows.blocks.count) { block in
      finalCodes[block].withUnsafeBufferPointer { final in
        for i in rows.blocks[block] {
          guard let cells = rows.chunks[i].cells(of: column) else { continue }
          let first = rows.firstRows[i]
          for row in 0..<rows.chunks[i].rowCount where !cells[row].isEmpty {
            out[first + row] = final[Int(out[first + row])]
          }
        }
      }
    }
    self.codes = codes
    strings = joined.strings
  }

  /// All strings in byte order, and the codes there of each dictionary's own.
  private static func join(
    _ locals: [CellStrings], name: String
  ) throws(IngestError) -> (strings: StringTable, codes: [[UInt32]]) {
    let byteCount = locals.reduce(0) { $0 + $1.byteCount }
    let limit = IngestLimits.keptColumnByteCount
    guard byteCount <= limit, !locals.contains(where: \.isFull) else {
      throw IngestError(
        .badData, "too many different values", column: name,
        found: "more than \(limit) bytes of them", expected: "at most that",
        advice: "Leave this column out: choose others with --keep")
    }
    let distinct = StringTable(
      concatenating: locals.map { local in
        StringTable.Part(
          offsets: UnsafeBufferPointer(start: local.offsets, count: local.count + 1),
          bytes: UnsafeBufferPointer(start: local.bytes, count: local.byteCount), owner: local)
      }
    ).distinct()
    var codes: [[UInt32]] = []
    var first = 0
    for local in locals {
      codes.append(Array(distinct.codes[first..<first + local.count]))
      first += local.count
    }
    return (distinct.strings, codes)
  }
}
