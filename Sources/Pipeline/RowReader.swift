import Aggregation
package import Columns
package import Storage

/// Which batches are asked for: those with a day of these.
struct BatchDays {
  /// Int64, because "no bound" is below every day.
  var after: Int64 = .min
  var through: Int32 = .max

  static let all = BatchDays()

  static func all(through day: Int32) -> BatchDays { BatchDays(through: day) }

  init(after: Int64 = .min, through: Int32 = .max) {
    self.after = after
    self.through = through
  }

  /// The last `windowDays` days up to one.
  init(through day: Int32, windowDays: Int?) {
    self.init(after: windowDays.map { Int64(day) - Int64($0) } ?? .min, through: day)
  }

  func contain(_ entry: BatchEntry) -> Bool {
    Int64(entry.lastDay) > after && entry.firstDay <= through
  }
}

/// Brings the rows of a job: of the store's batches, and of the one about to be published.
struct RowReader {
  let store: Store
  let new: NewRows?
  /// The store's batches, where they have been opened already.
  let kept: [BatchRanges.Batch]?
  let customerCount: Int
  /// `--limit-memory`: half of it is for rows.
  let limit: Int

  /// Rows that are read once, range by range. Batches of few blocks, whose blocks would belong to several ranges
  /// each, are held in memory where they fit.
  ///
  /// - Parameter mayHold: false where few customers are wanted, or a kept column.
  func ranges(_ days: BatchDays = .all, mayHold: Bool = true) throws -> BatchRanges {
    let wanted = store.manifest.batches.indices.filter { days.contain(store.manifest.batches[$0]) }
    let entries = wanted.map { store.manifest.batches[$0] }
    let blockCount = entries.reduce(0) { $0 + $1.rowCount / StorageLimits.blockRowCount + 1 }
    var batches: [BatchRanges.Batch]
    if let kept {
      batches = wanted.map { kept[$0] }
    } else if mayHold, entries.count > 1, blockCount < 8 * entries.count {
      batches = try opened(entries, extras: .none)
    } else {
      batches = try entries.map { .stored(try store.storedBatch($0)) }
    }
    if let new { batches.append(try new.batch()) }
    return try BatchRanges(batches, customerCount: customerCount, limit: limit / 2)
  }

  /// Rows that are read again and again: in memory where they fit.
  func repeatedly() throws -> BatchRanges {
    var batches = try kept ?? opened(store.manifest.batches, extras: .none)
    if let new { batches.append(try new.batch()) }
    return try BatchRanges(batches, customerCount: customerCount, limit: limit / 2)
  }

  /// Batches of the store, in memory where all of them fit.
  func opened(
    _ entries: [BatchEntry], extras: Store.ExtraColumns
  ) throws(StorageError) -> [BatchRanges.Batch] {
    var byteCount = 0
    for entry in entries {
      let hasOrders = try store.batchHasOrders(entry)
      byteCount += entry.rowCount * (hasOrders ? 20 : 12) + entry.customerCount * 8
    }
    var batches: [BatchRanges.Batch] = []
    for entry in entries {
      batches.append(
        byteCount <= limit / 2
          ? .table(try store.loadBatch(entry, extras: extras))
          : .stored(try store.storedBatch(entry)))
    }
    return batches
  }
}

extension Job {
  func rowReader(limit: Int) -> RowReader {
    RowReader(
      store: store, new: newRows, kept: keptBatches, customerCount: order.count, limit: limit)
  }

  /// Opens all batches once for several scorings to come, with the columns kept besides where they are needed.
  package mutating func keepBatches(withExtras: Bool, limit: Int = .max) throws {
    let reader = rowReader(limit: limit)
    keptBatches = try clock.measure("load") {
      try reader.opened(reader.store.manifest.batches, extras: withExtras ? .all : .none)
    }
  }
}

extension Store {
  /// The summary of all customers by code, from all batches.
  ///
  /// - Parameter limit: bytes, half of which are for rows.
  package func summary(asOf: Int32, limit: Int) throws -> CustomerSummary {
    let reader = RowReader(
      store: self, new: nil, kept: nil, customerCount: customerCount, limit: limit)
    do {
      return try CustomerSummary.aggregate(
        reader.ranges(.all(through: asOf)), customerCount: customerCount, asOf: asOf)
    } catch { throw naming(error, ids: nil) }
  }
}
