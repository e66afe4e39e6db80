import Kernels

/// The ranges of ids that make the partitions, chosen from a sample; owns the tables of its `finder`.
final class IDRanges {
  let partitionCount: Int
  let finder: PartitionFinder
  /// What the ids start with.
  let prefixBytes: [UInt8]
  /// The prefix, when nearly all of the sample is the prefix and 1 to 8 bytes more.
  let compactPrefix: CompactPrefix?
  /// Codes that follow from the ids, where the sample's ids lie close together; nil where they do not.
  let direct: DirectRanges?
  private let splitters: UnsafeMutablePointer<UInt64>
  private let prefix: UnsafeMutablePointer<UInt64>
  private let cells: UnsafeMutablePointer<UInt8>

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
    let keys = sorted.map(key)
    let cell = KeyCells(keys: keys)
    let common = sorted.isEmpty ? [] : Array(sorted[0].prefix(prefixByteCount))
    let fitCount = sorted.count { (1...8).contains($0.count - common.count) }
    let isCompact =
      common.count <= 8 && common.allSatisfy { $0 < 0x80 } && fitCount * 10 >= sorted.count * 9
    let mayBeDirect = isCompact && gathersBitsFast
    let cuts =
      mayBeDirect && cell.isOfDigits
      ? IDRanges.evenCuts(keys, cell, wantedCount: wantedCount)
      : IDRanges.quantileCuts(keys, cell, wantedCount: wantedCount)
    var levelCount = 1
    while (1 << levelCount) - 1 < cuts.count { levelCount += 1 }
    let capacity = (1 << levelCount) - 1
    splitters = .allocate(capacity: capacity)
    splitters.initialize(repeating: .max, count: capacity)
    for (i, cut) in cuts.enumerated() { splitters[i] = cell.firstKey(of: cut) }
    cells = .allocate(capacity: cell.count)
    var below = 0
    for index in 0..<cell.count {
      while below < cuts.count, cuts[below] <= index { below += 1 }
      cells[index] = UInt8(below)
    }
    let wordCount = prefixByteCount / 8 + 1
    prefix = .allocate(capacity: wordCount + 1)
    prefix.initialize(repeating: 0, count: wordCount + 1)
    for i in 0..<prefixByteCount {
      prefix[i / 8] |= UInt64(sorted[0][i]) << UInt64(56 - i % 8 * 8)
    }
    partitionCount = cuts.count + 1
    prefixBytes = common
    compactPrefix = isCompact ? CompactPrefix(word: prefix[0], byteCount: common.count) : nil
    direct =
      mayBeDirect
      ? DirectRanges(
        keys: keys, cells: cell, partitionOfCell: cells, partitionCount: partitionCount,
        prefix: prefix[0], prefixByteCount: common.count) : nil
    finder = PartitionFinder(
      splitters: splitters, levelCount: levelCount, lastPartition: cuts.count, prefix: prefix,
      prefixByteCount: prefixByteCount, cells: cells, cellMask: cell.mask, cellCheck: cell.check,
      cellConstant: cell.constant)
  }

  /// Cells at which to cut: at even quantiles of the keys, which rise.
  private static func quantileCuts(
    _ keys: [UInt64], _ cell: KeyCells, wantedCount: Int
  ) -> [Int] {
    var cuts: [Int] = []
    if wantedCount <= 1 || keys.isEmpty { return cuts }
    for i in 1..<wantedCount {
      let cut = cell.index(of: keys[keys.count * i / wantedCount])
      if cut > (cuts.last ?? 0) { cuts.append(cut) }
    }
    return cuts
  }

  /// As `quantileCuts`, but half of each partition's share is of the running numbers that there may be, so that
  /// no partition has many more of them than there are codes: a sample has gaps.
  private static func evenCuts(_ keys: [UInt64], _ cell: KeyCells, wantedCount: Int) -> [Int] {
    guard wantedCount > 1, let first = keys.first, let last = keys.last else { return [] }
    var sampleCounts = [Int](repeating: 0, count: cell.count)
    for key in keys { sampleCounts[cell.index(of: key)] += 1 }
    let range = cell.index(of: first)...cell.index(of: last)
    let plausibleCount = range.count { cell.isPlausible($0) }
    func weight(_ index: Int) -> Int {
      sampleCounts[index] * plausibleCount + (cell.isPlausible(index) ? keys.count : 0)
    }
    let total = range.reduce(0) { $0 + weight($1) }
    var cuts: [Int] = []
    var below = 0
    var wanted = 1
    for index in range {
      if below > 0, wanted < wantedCount, below * wantedCount >= wanted * total {
        cuts.append(index)
        while wanted < wantedCount, below * wantedCount >= wanted * total { wanted += 1 }
      }
      below += weight(index)
    }
    return cuts
  }

  deinit {
    splitters.deallocate()
    prefix.deallocate()
    cells.deallocate()
  }
}

/// Keys by the first few bits in which those of a sample differ.
struct KeyCells {
  /// All bits that differ.
  let allBits: UInt64
  /// The low four bits of the bytes that are digits in all of the sample and differ.
  let digitBits: UInt64
  /// The bits that make the cell's number.
  let mask: UInt64
  /// The bits above the last of them that all the sample has alike, and what they are.
  let check: UInt64
  let constant: UInt64

  static let bitCount = 14

  init(keys: [UInt64]) {
    let first = keys.first ?? 0
    var differing = keys.reduce(0) { $0 | ($1 ^ first) }
    var digitBits: UInt64 = 0
    for byte in stride(from: UInt64(0), to: 64, by: 8) where (differing >> byte) & 0xFF != 0 {
      // Where the sample has digits, other digits are to be expected.
      if (differing >> byte) & 0xF0 == 0, (first >> byte) & 0xF0 == 0x30 {
        differing |= 0x0F << byte
        digitBits |= 0x0F << byte
      }
    }
    allBits = differing
    self.digitBits = digitBits
    var mask: UInt64 = 0
    for _ in 0..<min(KeyCells.bitCount, differing.nonzeroBitCount) {
      let bit = UInt64(1) << UInt64(63 - differing.leadingZeroBitCount)
      mask |= bit
      differing &= ~bit
    }
    self.mask = mask
    check = mask == 0 ? .max : ~mask & (UInt64.max << UInt64(mask.trailingZeroBitCount))
    constant = first & check
  }

  var count: Int { 1 << mask.nonzeroBitCount }

  /// Whether the bytes that differ are digits throughout the sample.
  var isOfDigits: Bool { mask != 0 && digitBits == allBits }

  func index(of key: UInt64) -> Int {
    var index = 0
    for bit in stride(from: 63, through: 0, by: -1) where (mask >> UInt64(bit)) & 1 != 0 {
      index = index << 1 | Int((key >> UInt64(bit)) & 1)
    }
    return index
  }

  /// Whether a cell has ids whose digits are digits.
  func isPlausible(_ index: Int) -> Bool {
    // 6 more carries out of a digit's four bits from 10 on.
    let digits = firstKey(of: index) & digitBits
    return (digits + (digitBits / 15) * 6) & ~digitBits & (digitBits << 1) == 0
  }

  /// The least key of a cell.
  func firstKey(of index: Int) -> UInt64 {
    var key = constant
    var left = index
    for bit in 0..<64 where (mask >> UInt64(bit)) & 1 != 0 {
      key |= UInt64(left & 1) << UInt64(bit)
      left >>= 1
    }
    return key
  }
}
