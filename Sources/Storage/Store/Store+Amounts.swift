import Columns

extension Store {
  /// What the amounts of a batch add up to at most, all of them taken as positive, in units of 10⁻⁴: by the bounds of
  /// their blocks, none of which is decoded.
  package func amountMagnitudeBound(_ entry: BatchEntry) throws(StorageError) -> UInt128 {
    let folder = try batchFolder(entry)
    let reader = try folder.open(
      folder.file(named: DirectoryPlan.BatchColumn.amount), rowCount: entry.rowCount)
    guard reader.type == .money else {
      throw .damaged(reader.path, found: reader.type.name, expected: ColumnType.money.name)
    }
    return reader.zones.reduce(0) { sum, zone in
      let bounds = zone.integerBounds
      let most = max(bounds?.lowerBound.magnitude ?? 0, bounds?.upperBound.magnitude ?? 0)
      return sum + UInt128(zone.rows.count) * UInt128(most)
    }
  }
}
