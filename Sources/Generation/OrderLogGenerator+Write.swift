import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension OrderLogGenerator {
  package static let header = "customer_id,date,amount\n"

  /// Rows formatted together, about; a block never splits one chunk's rows of one day.
  private static let blockRowCount = 32_768
  /// `C00000001,2024-01-01,42949672.95\n`
  private static let rowByteCountMax = 33

  /// Writes the log as CSV: header, then `C00000001,2024-01-01,12.34` rows. Partial writes are continued.
  package func write(to descriptor: Int32) throws(GeneratorError) -> Report {
    let chunks = simulate()
    let header = AlignedBuffer(Array(OrderLogGenerator.header.utf8))
    try OrderLogGenerator.writeAll(descriptor, header.pointer)
    var byteCount = header.count
    let blocks = blocks(of: chunks)
    // Blocks are formatted a wave at a time, each into room of its own that is used again, and written in order.
    let waveCount = min(4 * Parallel.threadCount, blocks.count)
    let size = (blocks.map(\.rowCount).max() ?? 0) * OrderLogGenerator.rowByteCountMax
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: waveCount * size)
    defer { room.deallocate() }
    for wave in stride(from: 0, to: blocks.count, by: max(1, waveCount)) {
      let part = blocks[wave..<min(wave + waveCount, blocks.count)]
      var ends = [Int](repeating: 0, count: part.count)
      ends.withUnsafeMutableBufferPointer { ends in
        // SAFETY: every task writes its own element, and its own room.
        nonisolated(unsafe) let ends = ends
        nonisolated(unsafe) let room = room
        Parallel.perform(part.count) { i in
          let own = UnsafeMutableBufferPointer(rebasing: room[i * size..<(i + 1) * size])
          ends[i] = format(part[part.startIndex + i], chunks, into: own)
        }
      }
      for (i, end) in ends.enumerated() {
        try OrderLogGenerator.writeAll(
          descriptor, UnsafeBufferPointer(rebasing: room[i * size..<i * size + end]))
        byteCount += end
      }
    }
    let total = chunks.reduce(0) { sum, chunk in
      chunk.cents.pointer.reduce(sum) { $0 + Int($1) }
    }
    return Report(
      rows: chunks.reduce(0) { $0 + $1.rowCount }, byteCount: byteCount, totalCents: total)
  }

  private func simulate() -> [OrderChunk] {
    let model = PurchaseModel(options, alpha: alpha)
    let size = OrderChunk.customerCount
    let chunkCount = (options.customers + size - 1) / size
    var chunks = [OrderChunk?](repeating: nil, count: chunkCount)
    chunks.withUnsafeMutableBufferPointer { chunks in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let chunks = chunks
      Parallel.perform(chunkCount) { chunk in
        let range = chunk * size..<min((chunk + 1) * size, options.customers)
        chunks[chunk] = OrderChunk(customers: range, model)
      }
    }
    return chunks.compactMap { $0 }
  }

  /// Rows of some chunks on consecutive days: slice s is day s / chunkCount of chunk s % chunkCount, so that
  /// slices in order are rows in order.
  private struct Block {
    var slices: Range<Int>
    var rowCount: Int
  }

  private func blocks(of chunks: [OrderChunk]) -> [Block] {
    var blocks: [Block] = []
    var current = Block(slices: 0..<0, rowCount: 0)
    for slice in 0..<options.dayCount * chunks.count {
      let starts = chunks[slice % chunks.count].dayStarts
      let day = slice / chunks.count
      current.rowCount += Int(starts[day + 1] - starts[day])
      current.slices = current.slices.lowerBound..<slice + 1
      if current.rowCount >= OrderLogGenerator.blockRowCount {
        blocks.append(current)
        current = Block(slices: slice + 1..<slice + 1, rowCount: 0)
      }
    }
    if current.rowCount > 0 { blocks.append(current) }
    return blocks
  }

  /// Formats a block; the number of bytes.
  private func format(
    _ block: Block, _ chunks: [OrderChunk], into room: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var at = 0
    for slice in block.slices {
      let chunk = chunks[slice % chunks.count]
      let day = slice / chunks.count
      let rows = Int(chunk.dayStarts[day])..<Int(chunk.dayStarts[day + 1])
      formatOrders(
        UnsafeBufferPointer(rebasing: chunk.customers.pointer[rows]),
        UnsafeBufferPointer(rebasing: chunk.cents.pointer[rows]),
        firstId: chunk.firstCustomer + 1, date: Day.text(options.firstDay + Int32(day)),
        into: room, at: &at)
    }
    return at
  }

  private static func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(GeneratorError) {
    var at = 0
    while at < bytes.count {
      let written = writeOnce(descriptor, bytes.baseAddress! + at, bytes.count - at)
      if written < 0 {
        if errno == EINTR { continue }
        throw .write(errno: errno)
      }
      at += written
    }
  }
}

/// The system's `write`, which the method of that name hides inside the type.
private func writeOnce(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Appends the rows of one day.
func formatOrders(
  _ customers: UnsafeBufferPointer<UInt16>, _ cents: UnsafeBufferPointer<UInt32>, firstId: Int,
  date: String, into output: UnsafeMutableBufferPointer<UInt8>, at: inout Int
) {
  let date = Array(("," + date + ",").utf8)
  var out = at
  for row in customers.indices {
    output[out] = UInt8(ascii: "C")
    var id = UInt32(firstId) + UInt32(customers[row])
    for place in stride(from: 8, to: 0, by: -1) {
      output[out + place] = UInt8(truncatingIfNeeded: id % 10) + 48
      id /= 10
    }
    out += 9
    for byte in date {
      output[out] = byte
      out += 1
    }
    let whole = cents[row] / 100
    var digits = 1
    var bound: UInt32 = 10
    while digits < 8 && whole >= bound {
      digits += 1
      bound *= 10
    }
    var left = whole
    for place in stride(from: digits - 1, through: 0, by: -1) {
      output[out + place] = UInt8(truncatingIfNeeded: left % 10) + 48
      left /= 10
    }
    out += digits
    let fraction = UInt8(truncatingIfNeeded: cents[row] % 100)
    output[out] = UInt8(ascii: ".")
    output[out + 1] = 48 + fraction / 10
    output[out + 2] = 48 + fraction % 10
    output[out + 3] = UInt8(ascii: "\n")
    out += 4
  }
  at = out
}
