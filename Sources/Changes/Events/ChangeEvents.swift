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

  /// - Parameter ids: the ids of all customers of the store, by code.
  package init(_ comparison: Comparison, ids: StringTable) {
    self.comparison = comparison
    let count = comparison.moved.count
    let codes = AlignedBuffer<UInt32>(count: count) { codes in
      for k in codes.indices {
        let (i, j) = ChangeEvents.rows(comparison, k)
        codes[k] = j != noRow ? comparison.after.codes[Int(j)] : comparison.before.codes[Int(i)]
      }
    }
    let customers = ids.gathered(codes)
    var frame = Frame(rowCount: count)
    frame.append(
      Column("id", .text(ChangeEvents.identifiers(comparison, customers))))
    frame.append(Column("customer", .text(customers)))
    let names = comparison.matrix.segments
    frame.append(ChangeEvents.segments("from", comparison, names) { $0.before })
    frame.append(ChangeEvents.segments("to", comparison, names) { $0.after })
    frame.append(ChangeEvents.causes(comparison))
    for (name, text) in [
      ("action", { $0.action }), ("owner", { $0.owner }),
    ] as [(String, (TaxonomyShape.Segment) -> String?)] {
      let texts = names.map { name in
        comparison.taxonomy.segments.first { $0.name == name }.flatMap(text)
      }
      frame.append(ChangeEvents.texts(name, comparison, texts))
    }
    frame.append(
      Column("at", .day(AlignedBuffer(repeating: comparison.after.asOf, count: count))))
    self.frame = frame
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
    let rows = AlignedBuffer<UInt32>(count: comparison.moved.count) { rows in
      for k in rows.indices { rows[k] = ChangeEvents.rows(comparison, k).after }
    }
    for column in comparison.after.frame.columns
    where wide[column.name] == nil
      && names.contains(where: { $0.lowercased() == column.name.lowercased() })
    {
      wide.append(column.picked(rows))
    }
    return wide
  }

  private static func rows(
    _ comparison: Comparison, _ place: Int
  ) -> (before: UInt32, after: UInt32) {
    let pair = Int(comparison.moved[place])
    return (comparison.pairs.beforeRows[pair], comparison.pairs.afterRows[pair])
  }

  private static func segments(
    _ name: String, _ comparison: Comparison, _ names: [String],
    _ side: ((before: Int, after: Int)) -> Int
  ) -> Column {
    let count = comparison.moved.count
    let absent = comparison.matrix.absent
    let codes = AlignedBuffer<UInt16>(count: count) { codes in
      for k in codes.indices {
        let segment = side(comparison.segments(ofPair: Int(comparison.moved[k])))
        codes[k] = segment == absent ? 0 : UInt16(segment)
      }
    }
    let validity = Bitmap(count: count) { k in
      side(comparison.segments(ofPair: Int(comparison.moved[k]))) != absent
    }
    return Column(name, .string(.uint16(codes), StringTable(names)), validity: validity)
  }

  /// A text for the segment that a customer came into; null where it has none.
  private static func texts(
    _ name: String, _ comparison: Comparison, _ texts: [String?]
  ) -> Column {
    let column = segments(name, comparison, texts.map { $0 ?? "" }) { $0.after }
    guard case .string(let codes, _) = column.values, let known = column.validity else {
      return column
    }
    let validity = Bitmap(count: codes.count) { known[$0] && texts[codes[$0]] != nil }
    return Column(name, column.values, validity: validity)
  }

  private static func causes(_ comparison: Comparison) -> Column {
    var texts = [Cause.newText, Cause.lostText]
    var numbers: [UInt64: UInt16] = [:]
    let codes = AlignedBuffer<UInt32>(count: comparison.moved.count) { codes in
      for k in codes.indices {
        guard let cause = comparison.cause(ofMove: k) else {
          codes[k] = rows(comparison, k).before == noRow ? 0 : 1
          continue
        }
        if let number = numbers[cause.bits] {
          codes[k] = UInt32(number)
        } else {
          let text = cause.text(comparison.causeNames)
          let number = UInt16(clamping: texts.firstIndex(of: text) ?? texts.count)
          if Int(number) == texts.count { texts.append(text) }
          numbers[cause.bits] = number
          codes[k] = UInt32(number)
        }
      }
    }
    return Column("cause", .string(.uint32(codes), StringTable(texts)))
  }

  /// 16 hexadecimal digits: XXH3-64 of the taxonomy, the customer, where they were and are, and the two dates.
  /// The same change has the same id whenever and however often the snapshots are compared.
  private static func identifiers(
    _ comparison: Comparison, _ customers: StringTable
  ) -> StringTable {
    let count = comparison.moved.count
    let hex = Array("0123456789abcdef".utf8)
    let names = (comparison.matrix.segments + [""]).map { Array($0.utf8) }
    let head = Array(comparison.taxonomy.name.utf8) + [0]
    let tail = Array(
      (Day.text(comparison.before.asOf) + "\0" + Day.text(comparison.after.asOf)).utf8)
    let bytes = AlignedBuffer<UInt8>(count: 16 * count) { bytes in
      nonisolated(unsafe) let bytes = bytes  // SAFETY: every chunk writes its own ids.
      Parallel.forEachChunk(of: count) { _, places in
        var text: [UInt8] = []
        for k in places {
          let segments = comparison.segments(ofPair: Int(comparison.moved[k]))
          text.removeAll(keepingCapacity: true)
          text += head
          text += customers.utf8(at: k)
          text.append(0)
          text += names[segments.before]
          text.append(0)
          text += names[segments.after]
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
