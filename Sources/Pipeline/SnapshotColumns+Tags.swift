import Columns
import Kernels

extension SnapshotColumns {
  /// The hidden column that a tag's bitmap is stored in.
  static func tagColumnName(_ tag: String) -> String { "tag:" + tag }

  static func stored(_ tags: [(name: String, bitmap: Bitmap)]) -> [Column] {
    tags.map { Column(tagColumnName($0.name), .bool($0.bitmap)) }
  }

  /// The column `tags`: the names of a customer's tags in the order of their definition, with `;` between; null
  /// without any.
  ///
  /// Customers have few different sets of tags, so it is a dictionary of sets. Up to 64 tags are one word a row;
  /// more are joined word by word.
  static func tagText(_ tags: [(name: String, bitmap: Bitmap)], rowCount: Int) -> Column {
    var sets = TagSets(rowCount: rowCount)
    var start = 0
    while start < tags.count {
      let part = Array(tags[start..<min(start + 64, tags.count)])
      sets = sets.joined(with: TagSets(masks: TagSets.masks(part.map(\.bitmap), rowCount), start))
      start += 64
    }
    let texts = sets.sets.map { $0.map { tags[$0].name }.joined(separator: ";") }
    let codes = sets.codes
    let isEmpty = sets.sets.map(\.isEmpty)
    let narrow: DictionaryCodes =
      texts.count <= 256
      ? .uint8(
        AlignedBuffer<UInt8>(count: rowCount) { out in
          for row in 0..<rowCount { out[row] = UInt8(truncatingIfNeeded: codes.pointer[row]) }
        }) : .uint32(codes)
    let validity =
      isEmpty.contains(true) ? Bitmap(count: rowCount) { !isEmpty[Int(codes.pointer[$0])] } : nil
    return Column(
      "tags", .string(narrow, StringTable(texts.isEmpty ? [""] : texts)), validity: validity)
  }
}

/// The set of tags of each row, as a number into the list of the different sets.
private struct TagSets {
  let codes: AlignedBuffer<UInt32>
  /// Numbers of tags, rising.
  let sets: [[Int]]

  /// No tags at all.
  init(rowCount: Int) {
    codes = AlignedBuffer(repeating: 0, count: rowCount)
    sets = [[]]
  }

  private init(keys: AlignedBuffer<UInt64>, set: (UInt64) -> [Int]) {
    let (codes, distinct) = TagSets.numbered(keys)
    self.codes = codes
    sets = distinct.map(set)
  }

  /// From a word a row whose bit i is tag `start + i`.
  init(masks: AlignedBuffer<UInt64>, _ start: Int) {
    self.init(keys: masks) { mask in
      (0..<64).filter { (mask >> UInt64($0)) & 1 != 0 }.map { start + $0 }
    }
  }

  func joined(with other: TagSets) -> TagSets {
    if sets.count == 1 && sets[0].isEmpty { return other }
    let keys = AlignedBuffer<UInt64>(count: codes.count) { keys in
      for row in keys.indices {
        keys[row] = UInt64(codes.pointer[row]) << 32 | UInt64(other.codes.pointer[row])
      }
    }
    return TagSets(keys: keys) { sets[Int($0 >> 32)] + other.sets[Int($0 & 0xFFFF_FFFF)] }
  }

  /// Bit i of a row's word is bitmap i's bit of that row; at most 64 bitmaps.
  static func masks(_ bitmaps: [Bitmap], _ rowCount: Int) -> AlignedBuffer<UInt64> {
    AlignedBuffer<UInt64>(count: rowCount) { masks in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let masks = masks
      Parallel.forEachChunk(of: rowCount) { _, rows in
        for row in rows { masks[row] = 0 }
        for (tag, bitmap) in bitmaps.enumerated() {
          let words = bitmap.words.pointer
          for w in rows.lowerBound / 64..<(rows.upperBound + 63) / 64 {
            var word = words[w]
            while word != 0 {
              masks[w * 64 + word.trailingZeroBitCount] |= 1 << UInt64(tag)
              word &= word - 1
            }
          }
        }
      }
    }
  }

  /// Keys numbered in the order in which they come, chunk by chunk, so that numbers do not depend on threads.
  private static func numbered(
    _ keys: AlignedBuffer<UInt64>
  ) -> (codes: AlignedBuffer<UInt32>, distinct: [UInt64]) {
    let chunkCount = Parallel.chunkCount(of: keys.count)
    var lists = [[UInt64]](repeating: [], count: chunkCount)
    var distinct: [UInt64] = []
    let codes = AlignedBuffer<UInt32>(count: keys.count) { codes in
      // SAFETY: every chunk writes its own rows and its own list.
      nonisolated(unsafe) let codes = codes
      lists.withUnsafeMutableBufferPointer { lists in
        nonisolated(unsafe) let lists = lists
        Parallel.forEachChunk(of: keys.count) { chunk, rows in
          var numbers: [UInt64: UInt32] = [:]
          var list: [UInt64] = []
          var last: (key: UInt64, code: UInt32)?
          for row in rows {
            let key = keys.pointer[row]
            if let last, last.key == key {
              codes[row] = last.code
              continue
            }
            let code = numbers[key] ?? UInt32(list.count)
            if Int(code) == list.count {
              numbers[key] = code
              list.append(key)
            }
            codes[row] = code
            last = (key, code)
          }
          lists[chunk] = list
        }
      }
      var numbers: [UInt64: UInt32] = [:]
      let maps = lists.map { list in
        list.map { key -> UInt32 in
          if let known = numbers[key] { return known }
          numbers[key] = UInt32(distinct.count)
          distinct.append(key)
          return UInt32(distinct.count - 1)
        }
      }
      Parallel.forEachChunk(of: keys.count) { chunk, rows in
        let map = maps[chunk]
        for row in rows { codes[row] = map[Int(codes[row])] }
      }
    }
    return (codes, distinct)
  }
}
