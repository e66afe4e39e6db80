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
      let before = known.frame[attribute.name]
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
            attribute.name, attribute.column.values, validity: isAll ? nil : Bitmap(changed)))
      }
      if let cleared = attribute.cleared {
        let erased = codes.indices.map { row in
          guard cleared[row], let before, Int(codes[row]) < knownCount else { return false }
          return !before.isNull(Int(codes[row]))
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
        codes: codes,
        frame: Frame(rowCount: codes.count, columns: columns.map { $0.usingOwnStrings() }))
    }
    let rows = AlignedBuffer(says.indices.filter { says[$0] }.map { UInt32($0) })
    return AttributeFrame(
      codes: codes.gathered(rows),
      frame: Frame(
        rowCount: rows.count, columns: columns.map { $0.gathered(rows).usingOwnStrings() }))
  }

  /// Whether each row has a value that its customer does not have yet.
  private static func changed(
    _ column: Column, _ codes: AlignedBuffer<UInt32>, _ before: Column?
  ) -> [Bool] {
    var changed = codes.pointer.indices.map { !column.isNull($0) }
    guard let before else { return changed }
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
