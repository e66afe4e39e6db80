import Kernels

/// The customers of a partition by id: their codes in the rows, and how many packed rows each has.
final class PartitionCustomers {
  let count: Int
  /// Code of the k-th customer in id order.
  let codes: UnsafeMutablePointer<UInt32>
  /// Rows of the k-th customer; nil where rows are wide from the start.
  let rowCounts: UnsafeMutablePointer<UInt32>?
  /// Two words a customer, as in the partition's table.
  private let keys: UnsafeMutablePointer<UInt64>
  /// The partition's, which holds this object.
  private let tails: UnsafePointer<UInt64>

  /// Of all rows of a partition, whose spilled ones are given as `spilled`.
  ///
  /// Packed rows are counted by code, in scratch memory; the codes that have rows are the customers.
  init(_ partition: Partition, spilled: [RowSegment], _ scratch: RowScratch) {
    tails = UnsafePointer(partition.table.tails)
    let tableCodes = partition.sortedTableCodes()
    guard case .packed(let scale) = partition.layout.kind else {
      count = tableCodes.count
      codes = .allocate(capacity: max(1, count))
      rowCounts = nil
      keys = .allocate(capacity: max(1, 2 * count))
      for (k, code) in tableCodes.enumerated() {
        codes[k] = code
        (keys + 2 * k).update(from: partition.table.keys + 2 * Int(code), count: 2)
      }
      return
    }
    let codeCount = partition.codeCount
    let counts = scratch.zeroedCounts(codeCount)
    for segments in [spilled, partition.segments, partition.directSegments] {
      for segment in segments {
        if partition.layout.hasOrder {
          countOrderRows(segment, scale: scale, counts: counts, totals: &partition.totals)
        } else {
          countPackedRows(segment, scale: scale, counts: counts, totals: &partition.totals)
        }
      }
    }
    for word in stride(
      from: 0, to: partition.misfits.count, by: partition.layout.fixedWordCount)
    {
      counts[Int(partition.misfits[word] >> 32)] += 1
    }
    let present = scratch.customers(partition.firstTableCode)
    let directCount = presentCodes(
      counts, codeCount: partition.firstTableCode, codes: present.codes,
      rowCounts: present.rowCounts)
    count = directCount + tableCodes.count
    codes = .allocate(capacity: max(1, count))
    rowCounts = .allocate(capacity: max(1, count))
    keys = .allocate(capacity: max(1, 2 * count))
    let own = (codes, rowCounts!, keys)
    if let (ranges, number) = partition.direct {
      ranges.codes.putWords(
        codes: present.codes, count: directCount, cellNumbers: ranges.cells[number], keys: own.2)
    }
    own.0.update(from: present.codes, count: directCount)
    own.1.update(from: present.rowCounts, count: directCount)
    // From the end, so that what is not merged yet is not overwritten.
    var (direct, table, k) = (directCount, tableCodes.count, count)
    while table > 0 {
      let code = Int(tableCodes[table - 1])
      k -= 1
      if direct > 0,
        Partition.isBefore(
          partition.words(ofTableCode: code),
          Partition.words(atKey: own.2 + 2 * (direct - 1), tails: tails))
      {
        direct -= 1
        own.0[k] = own.0[direct]
        own.1[k] = own.1[direct]
        (own.2 + 2 * k).update(from: own.2 + 2 * direct, count: 2)
      } else {
        table -= 1
        own.0[k] = UInt32(partition.firstTableCode + code)
        own.1[k] = counts[partition.firstTableCode + code]
        (own.2 + 2 * k).update(from: partition.table.keys + 2 * code, count: 2)
      }
    }
  }

  deinit {
    codes.deallocate()
    rowCounts?.deallocate()
    keys.deallocate()
  }

  /// Finds all ids among a store's, as `findSortedIDs` does.
  func find(in ids: StoredIDs, places: UnsafeMutablePointer<UInt32>) {
    findSortedIDs(keys: keys, tails: tails, count: count, in: ids, places: places)
  }

  /// The k-th customer's id as big-endian words, the last padded with zeros.
  func words(of k: Int) -> UnsafeBufferPointer<UInt64> {
    Partition.words(atKey: keys + 2 * k, tails: tails)
  }

  /// Bytes of the k-th customer's id.
  func byteCount(of k: Int) -> Int {
    let words = words(of: k)
    return words.count * 8 - words[words.count - 1].trailingZeroBitCount / 8
  }
}
