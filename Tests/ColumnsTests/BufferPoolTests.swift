import Testing

@testable import Columns

@Suite("Buffers' memory")
struct BufferPoolTests {
  private let size = 5 << 20

  @Test("Large memory that was freed goes to the next of about its size")
  func memoryIsReused() {
    let pool = BufferPool()
    pool.keep(byteCountMax: 64 << 20)
    let first = pool.allocate(size)
    pool.giveBack(first, size)
    #expect(pool.byteCount >= size)
    let second = pool.allocate(size + 1000)
    #expect(second == first)
    #expect(pool.byteCount == 0)
    let third = pool.allocate(size)
    #expect(third != second)
    pool.giveBack(second, size + 1000)
    pool.giveBack(third, size)
    let larger = pool.allocate(2 * size)
    #expect(larger != second && larger != third)
    pool.giveBack(larger, 2 * size)
    pool.keep(byteCountMax: 0)
  }

  @Test("No more is kept than was said, and nothing once that is 0")
  func boundHolds() {
    let pool = BufferPool()
    pool.keep(byteCountMax: 12 << 20)
    let regions = (0..<4).map { _ in pool.allocate(size) }
    #expect(Set(regions).count == 4)
    for region in regions { pool.giveBack(region, size) }
    #expect(pool.byteCount >= size)
    #expect(pool.byteCount <= 12 << 20)
    pool.keep(byteCountMax: 0)
    #expect(pool.byteCount == 0)
    pool.giveBack(pool.allocate(size), size)
    #expect(pool.byteCount == 0)
  }

  @Test("Small memory is malloc's", arguments: [0, 1, 64, (4 << 20) - 1])
  func smallMemory(byteCount: Int) {
    let pool = BufferPool()
    pool.keep(byteCountMax: 64 << 20)
    let small = pool.allocate(byteCount)
    #expect(UInt(bitPattern: small) % 64 == 0)
    pool.giveBack(small, byteCount)
    #expect(pool.byteCount == 0)
  }

  @Test("Every element of a large buffer is its own")
  func largeBuffers() {
    let count = size / 8
    let buffers = (0..<3).map { value in
      AlignedBuffer(repeating: Int64(value), count: count + value * 10_000)
    }
    for (value, buffer) in buffers.enumerated() {
      #expect(buffer.pointer.first == Int64(value) && buffer.pointer.last == Int64(value))
    }
  }
}
