/// Memory that one worker at a time sorts partitions' rows with: touched once, used again and again.
final class RowScratch {
  private let countMemory = ScratchMemory<UInt32>()
  private let codeMemory = ScratchMemory<UInt32>()
  private let rowCountMemory = ScratchMemory<UInt32>()
  private let rowMemory = ScratchMemory<UInt64>()
  private let startMemory = ScratchMemory<UInt32>()

  /// Zeros, an entry a code.
  func zeroedCounts(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    let counts = countMemory.reserve(count)
    counts.update(repeating: 0, count: count)
    return counts
  }

  /// Room for places, an entry a code: in the memory of `zeroedCounts`.
  func places(_ count: Int) -> UnsafeMutablePointer<UInt32> { countMemory.reserve(count) }

  /// Room for the customers of up to `count` codes.
  func customers(
    _ count: Int
  ) -> (codes: UnsafeMutablePointer<UInt32>, rowCounts: UnsafeMutablePointer<UInt32>) {
    (codeMemory.reserve(count + 1), rowCountMemory.reserve(count + 1))
  }

  /// Room for the first rows of `customerCount` customers, and the number of rows.
  func starts(_ customerCount: Int) -> UnsafeMutablePointer<UInt32> {
    startMemory.reserve(customerCount + 1)
  }

  /// Room for packed rows.
  func rows(_ count: Int) -> UnsafeMutablePointer<UInt64> { rowMemory.reserve(count) }
}

/// Memory that grows and keeps no contents when it does.
private final class ScratchMemory<Element: BitwiseCopyable> {
  private var memory = UnsafeMutablePointer<Element>.allocate(capacity: 1)
  private var capacity = 1

  deinit { memory.deallocate() }

  func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
    if count > capacity {
      memory.deallocate()
      capacity = count + count / 2
      memory = .allocate(capacity: capacity)
    }
    return memory
  }
}
