import Kernels

/// The ranges of ids that make the partitions, chosen from a sample; owns the tables of its `finder`.
final class IDRanges {
  let partitionCount: Int
  let finder: PartitionFinder
  private let splitters: UnsafeMutablePointer<UInt64>
  private let prefix: UnsafeMutablePointer<UInt64>

  /// Cuts the ids at even quantiles of the sample: customers with many rows count for what they bring.
  init(sample: [[UInt8]], wantedCount: Int) {
    let sorted = sample.sorted { $0.lexicographicallyPrecedes($1) }
    // What all of the sample starts with is what its first and last start with.
    var prefixByteCount = 0
    if let first = sorted.first, let last = sorted.last {
      while prefixByteCount < min(first.count, last.count),
        first[prefixByteCount] == last[prefixByteCount]
      {
        prefixByteCount += 1
      }
      if prefixByteCount == first.count { prefixByteCount -= 1 }
    }
    prefixByteCount = max(0, prefixByteCount)
    func key(_ id: [UInt8]) -> UInt64 {
      var key: UInt64 = 0
      for i in 0..<8 {
        let place = prefixByteCount + i
        key = key << 8 | UInt64(place < id.count ? id[place] : 0)
      }
      return key
    }
    var cuts: [UInt64] = []
    if !sorted.isEmpty {
      for i in 1..<max(2, wantedCount) {
        let cut = key(sorted[sorted.count * i / max(2, wantedCount)])
        if cut > (cuts.last ?? 0) { cuts.append(cut) }
      }
    }
    if wantedCount <= 1 { cuts = [] }
    var levelCount = 1
    while (1 << levelCount) - 1 < cuts.count { levelCount += 1 }
    let capacity = (1 << levelCount) - 1
    splitters = .allocate(capacity: capacity)
    splitters.initialize(repeating: .max, count: capacity)
    for (i, cut) in cuts.enumerated() { splitters[i] = cut }
    let wordCount = prefixByteCount / 8 + 1
    prefix = .allocate(capacity: wordCount + 1)
    prefix.initialize(repeating: 0, count: wordCount + 1)
    for i in 0..<prefixByteCount {
      prefix[i / 8] |= UInt64(sorted[0][i]) << UInt64(56 - i % 8 * 8)
    }
    partitionCount = cuts.count + 1
    finder = PartitionFinder(
      splitters: splitters, levelCount: levelCount, lastPartition: cuts.count, prefix: prefix,
      prefixByteCount: prefixByteCount)
  }

  deinit {
    splitters.deallocate()
    prefix.deallocate()
  }
}
