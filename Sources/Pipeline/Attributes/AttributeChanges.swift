import Columns
import Ingest
import Kernels
import Storage

/// What an ingest changes of what is known: cells that say the same as before are left out, and then rows that say
/// nothing. So a full list that comes every night takes up what changes of it.
struct AttributeChanges {
  let frame: AttributeFrame
  /// By column of the batch: customers whose value is new, another, or gone.
  let counts: [Int]

  /// - Parameter known: by customer code; customers past it are new, and their rows are kept in any case.
  init(_ batch: AttributeBatch, known: CustomerAttributes) {
    let codes = batch.codes.pointer
    let knownCount = known.frame.rowCount
    var says = [Bool](repeating: false, count: codes.count)
    for row in codes.indices where Int(codes[row]) >= knownCount { says[row] = true }
    var counts: [Int] = []
    var columns: [Column] = []
    for attribute in batch.columns {
      guard let before = known.frame[attribute.name] else {
        counts.append(attribute.quality.values)
        if attribute.quality.values > 0 { columns.append(attribute.column) }
        for row in codes.indices
        where Int(codes[row]) < knownCount && !attribute.column.isNull(row) { says[row] = true }
        continue
      }
      let changed = AttributeChanges.changed(attribute.column, batch.codes, before)
      var count = 0
      for row in codes.indices where changed[row] {
        says[row] = true
        count += 1
      }
      if count > 0 {
        let isAll = count == codes.count
        columns.append(
          Column(
            attribute.name, attribute.column.values, validity: isAll ? nil : Bitmap(changed)
          ).usingOwnStrings())
      }
      if let cleared = attribute.cleared {
        let erased = codes.indices.map { row in
          let code = Int(codes[row])
          return cleared[row] && code < knownCount && !before.isNull(code)
        }
        let erasedCount = erased.count { $0 }
        count += erasedCount
        for row in codes.indices where erased[row] { says[row] = true }
        if erasedCount > 0 {
          columns.append(
            Column(AttributeNames.clearedPrefix + attribute.name, .bool(Bitmap(erased))))
        }
      }
      counts.append(count)
    }
    // An ingest that changes a type only still has to say so: with one row that says nothing.
    let types = batch.columns.map { AttributeSchema(name: $0.name, type: $0.type) }
    if !says.contains(true), !says.isEmpty, types.contains(where: { !known.schema.contains($0) }) {
      says[0] = true
    }
    self.counts = counts
    frame = AttributeChanges.frame(batch.codes, columns, rows: says)
  }

  private static func frame(
    _ codes: AlignedBuffer<UInt32>, _ columns: [Column], rows says: [Bool]
  ) -> AttributeFrame {
    if says.allSatisfy({ $0 }) {
      return AttributeFrame(
        codes: codes, frame: Frame(rowCount: codes.count, columns: columns))
    }
    let rows = AlignedBuffer(says.indices.filter { says[$0] }.map { UInt32($0) })
    return AttributeFrame(
      codes: codes.gathered(rows),
      frame: Frame(
        rowCount: rows.count, columns: columns.map { $0.gathered(rows).usingOwnStrings() }))
  }

  /// Whether each row has a value that its customer does not have yet.
  private static func changed(
    _ column: Column, _ codes: AlignedBuffer<UInt32>, _ before: Column
  ) -> [Bool] {
    var changed = codes.pointer.indices.map { !column.isNull($0) }
    let differs: (Int, Int) -> Bool
    switch (column.values, before.values) {
    case (.int64(let new), .int64(let old)): differs = { new[$0] != old[$1] }
    case (.float64(let new), .float64(let old)): differs = { new[$0] != old[$1] }
    case (.float64(let new), .int64(let old)): differs = { new[$0] != Double(old[$1]) }
    case (.int64(let new), .float64(let old)): differs = { Double(new[$0]) != old[$1] }
    case (.bool(let new), .bool(let old)): differs = { new[$0] != old[$1] }
    case (.day(let new), .day(let old)): differs = { new[$0] != old[$1] }
    case (.string(let new, _), .string(let old, _)):
      let union = StringUnion([column, before])
      let (newFinal, oldFinal) = (union.codes[0], union.codes[1])
      differs = { newFinal[new[$0]] != oldFinal[old[$1]] }
    default: return changed
    }
    for row in changed.indices where changed[row] {
      let code = Int(codes[row])
      if code < before.rowCount, !before.isNull(code), !differs(row, code) { changed[row] = false }
    }
    return changed
  }
}
