import CXXHash
package import Columns
package import Export
import Kernels

/// One event for every customer that came into another segment, in the order of customer ids.
///
///     let events = try ChangeEvents(comparison, ids: store.loadCustomerIDs())
///     try events.write(to: .file("events.jsonl"))
package struct ChangeEvents: Sendable {
  /// The members of an event, in order.
  package static let names = ["id", "customer", "from", "to", "cause", "action", "owner", "at"]

  /// The events as columns; a new customer has no `from`, a lost one no `to`.
  package let frame: Frame
  private let comparison: Comparison
  /// The row of each event in the later snapshot, `noRow` for lost customers.
  private let afterRows: AlignedBuffer<UInt32>

  /// - Parameter ids: the ids of all customers of the store, by code.
  package init(_ comparison: Comparison, ids: StringTable) {
    self.comparison = comparison
    let places = MovedPlaces(comparison)
    let customers = ids.gathered(places.codes)
    var frame = Frame(rowCount: comparison.moved.count)
    frame.append(
      Column("id", .text(ChangeEvents.identifiers(comparison, places, customers))))
    frame.append(Column("customer", .text(customers)))
    let names = comparison.matrix.segments
    frame.append(places.column("from", places.from, names))
    frame.append(places.column("to", places.to, names))
    frame.append(ChangeEvents.causes(comparison, places))
    for (name, text) in [
      ("action", { $0.action }), ("owner", { $0.owner }),
    ] as [(String, (TaxonomyShape.Segment) -> String?)] {
      let texts = names.map { name in
        comparison.taxonomy.segments.first { $0.name == name }.flatMap(text)
      }
      frame.append(places.column(name, places.to, texts))
    }
    frame.append(
      Column(
        "at", .day(AlignedBuffer(repeating: comparison.after.asOf, count: frame.rowCount))))
    self.frame = frame
    afterRows = places.afterRows
  }

  /// Writes the events that are selected, or all, whole or not at all; the number of bytes.
  @discardableResult
  package func write(
    to destination: ExportDestination, where selection: Bitmap? = nil
  ) throws(ExportError) -> Int {
    try FrameExport(frame, format: .jsonl, selection: selection).write(to: destination)
  }

  /// The events with columns of the later snapshot beside them, null for lost customers. An event's own members
  /// come first: a column of the same name cannot be had.
  func frame(with names: [String]) -> Frame {
    var wide = frame
    for column in comparison.after.frame.columns
    where wide[column.name] == nil
      && names.contains(where: { $0.lowercased() == column.name.lowercased() })
    {
      wide.append(column.picked(afterRows))
    }
    return wide
  }

  /// Tags of the later snapshot by event; a lost customer has none.
  func tags(_ names: [String]) -> [(name: String, bitmap: Bitmap)] {
    comparison.after.tags.filter { names.contains($0.name) }.map { tag in
      let bitmap = tag.bitmap
      return (
        tag.name,
        Bitmap(count: afterRows.count) { k in
          afterRows[k] != noRow && bitmap[Int(afterRows[k])]
        }
      )
    }
  }

  private static func causes(_ comparison: Comparison, _ places: MovedPlaces) -> Column {
    var texts = [Cause.newText, Cause.lostText]
    var numbers: [UInt64: UInt32] = [:]
    let absent = UInt16(comparison.matrix.absent)
    let (from, to, bits) = (places.from.pointer, places.to.pointer, comparison.causeBits.pointer)
    let codes = AlignedBuffer<UInt32>(count: bits.count) { codes in
      var (last, lastNumber) = (UInt64.max, UInt32(0))
      for k in codes.indices {
        if from[k] == absent || to[k] == absent {
          codes[k] = from[k] == absent ? 0 : 1
          continue
        }
        if bits[k] != last {
          last = bits[k]
          if let number = numbers[last] {
            lastNumber = number
          } else {
            let text = Cause(bits: last).text(comparison.causeNames)
            lastNumber = UInt32(texts.firstIndex(of: text) ?? texts.count)
            if Int(lastNumber) == texts.count { texts.append(text) }
            numbers[last] = lastNumber
          }
        }
        codes[k] = lastNumber
      }
    }
    withExtendedLifetime((comparison, places)) {}
    return Column("cause", .string(.uint32(codes), StringTable(texts)))
  }

  /// 16 hexadecimal digits: XXH3-64 of the taxonomy, the customer, where they were and are, and the two dates.
  /// The same change has the same id whenever and however often the snapshots are compared.
  private static func identifiers(
    _ comparison: Comparison, _ places: MovedPlaces, _ customers: StringTable
  ) -> StringTable {
    let count = comparison.moved.count
    let hex = Array("0123456789abcdef".utf8)
    let names = (comparison.matrix.segments + [""]).map { Array($0.utf8) }
    let head = Array(comparison.taxonomy.name.utf8) + [0]
    let tail = Array(
      (Day.text(comparison.before.asOf) + "\0" + Day.text(comparison.after.asOf)).utf8)
    let bytes = AlignedBuffer<UInt8>(count: 16 * count) { bytes in
      nonisolated(unsafe) let bytes = bytes  // SAFETY: every chunk writes its own ids.
      Parallel.forEachChunk(of: count) { _, range in
        let (from, to) = (places.from.pointer, places.to.pointer)
        var text: [UInt8] = []
        for k in range {
          text.removeAll(keepingCapacity: true)
          text += head
          text += customers.utf8(at: k)
          text.append(0)
          text += names[Int(from[k])]
          text.append(0)
          text += names[Int(to[k])]
          text.append(0)
          text += tail
          let hash = text.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }
          for digit in 0..<16 {
            bytes[16 * k + digit] = hex[Int(hash >> UInt64(60 - 4 * digit) & 15)]
          }
        }
      }
    }
    let offsets = AlignedBuffer<UInt32>(count: count + 1) { offsets in
      for k in offsets.indices { offsets[k] = UInt32(16 * k) }
    }
    return StringTable(offsets: offsets, bytes: bytes)
  }
}
