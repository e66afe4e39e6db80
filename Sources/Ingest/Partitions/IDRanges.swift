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
  ///
  /// With `byteCount`, the input's size, ids get direct codes only where there are not many more codes than rows,
  /// and then so many partitions that none has more codes than rows have room for.
  init(sample: [[UInt8]], wantedCount: Int, byteCount: Int? = nil) {
    // What all of the sample starts with is what its least and its greatest start with.
    let least = sample.min { $0.lexicographicallyPrecedes($1) } ?? []
    let greatest = sample.max { $0.lexicographicallyPrecedes($1) } ?? []
    var prefixByteCount = zip(least, greatest).prefix { $0 == $1 }.count
    if prefixByteCount == least.count { prefixByteCount = max(0, prefixByteCount - 1) }
    func key(_ id: [UInt8]) -> UInt64 {
      var key: UInt64 = 0
      for i in 0..<8 {
        let place = prefixByteCount + i
        key = key << 8 | UInt64(place < id.count ? id[place] : 0)
      }
      return key
    }
    let keys = sample.map(key).sorted()
    let cell = KeyCells(keys: keys)
    let common = Array(least.prefix(prefixByteCount))
    let fitCount = sample.count { (1...8).contains($0.count - common.count) }
    let isCompact =
      common.count <= 8 && common.allSatisfy { $0 < 0x80 } && fitCount * 10 >= sample.count * 9
    var mayBeDirect = isCompact && gathersBitsFast
    let isPlausible = cell.plausibleCells()
    var wantedCount = wantedCount
    if mayBeDirect, cell.isOfDigits, let byteCount, let first = keys.first, let last = keys.last {
      let plausibleCount =
        isPlausible[cell.index(of: first)...cell.index(of: last)].count { $0 } << cell.lowBitCount
      // A row takes about 30 bytes, and a code a thirtieth of a row's time.
      mayBeDirect = plausibleCount <= byteCount
      if mayBeDirect {
        // Half of what cuts go by is the codes: a partition may have twice an even share of them.
        let leastCount = (2 * plausibleCount + DirectRanges.codeLimit - 1) / DirectRanges.codeLimit
        wantedCount = max(wantedCount, min(IngestLimits.partitionCount, leastCount))
      }
    }
    let cuts =
      mayBeDirect && cell.isOfDigits
      ? IDRanges.evenCuts(keys, cell, isPlausible, wantedCount: wantedCount)
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
      prefix[i / 8] |= UInt64(common[i]) << UInt64(56 - i % 8 * 8)
    }
    partitionCount = cuts.count + 1
    prefixBytes = common
    compactPrefix = isCompact ? CompactPrefix(word: prefix[0], byteCount: common.count) : nil
    direct =
      mayBeDirect
      ? DirectRanges(
        keys: keys, cells: cell, isPlausible: isPlausible, partitionOfCell: cells,
        partitionCount: partitionCount, prefix: prefix[0], prefixByteCount: common.count) : nil
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
  private static func evenCuts(
    _ keys: [UInt64], _ cell: KeyCells, _ isPlausible: [Bool], wantedCount: Int
  ) -> [Int] {
    guard wantedCount > 1, let first = keys.first, let last = keys.last else { return [] }
    var sampleCounts = [Int](repeating: 0, count: cell.count)
    for key in keys { sampleCounts[cell.index(of: key)] += 1 }
    let range = cell.index(of: first)...cell.index(of: last)
    let plausibleCount = isPlausible[range].count { $0 }
    func weight(_ index: Int) -> Int {
      sampleCounts[index] * plausibleCount + (isPlausible[index] ? keys.count : 0)
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
  /// Places of the mask's bits, the highest first.
  private let places: [UInt64]

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
    var places: [UInt64] = []
    for _ in 0..<min(KeyCells.bitCount, differing.nonzeroBitCount) {
      places.append(UInt64(63 - differing.leadingZeroBitCount))
      differing &= ~(UInt64(1) << places[places.count - 1])
    }
    self.places = places
    let mask = places.reduce(UInt64(0)) { $0 | 1 << $1 }
    self.mask = mask
    check = mask == 0 ? .max : ~mask & (UInt64.max << UInt64(mask.trailingZeroBitCount))
    constant = first & check
  }

  var count: Int { 1 << places.count }

  /// Bits that differ and do not make the cell's number: a cell has two to this power of keys.
  var lowBitCount: Int { allBits.nonzeroBitCount - places.count }

  /// Whether the bytes that differ are digits throughout the sample.
  var isOfDigits: Bool { mask != 0 && digitBits == allBits }

  func index(of key: UInt64) -> Int {
    var index = 0
    for place in places { index = index << 1 | Int((key >> place) & 1) }
    return index
  }

  /// By cell, whether it has ids whose digits are digits.
  func plausibleCells() -> [Bool] {
    (0..<count).map { index in
      // 6 more carries out of a digit's four bits from 10 on.
      let digits = firstKey(of: index) & digitBits
      return (digits + (digitBits / 15) * 6) & ~digitBits & (digitBits << 1) == 0
    }
  }

  /// The least key of a cell.
  func firstKey(of index: Int) -> UInt64 {
    var key = constant
    var left = index
    for place in places.reversed() {
      key |= UInt64(left & 1) << place
      left >>= 1
    }
    return key
  }
}
