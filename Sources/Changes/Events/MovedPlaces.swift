import Columns
import Kernels

/// What a comparison says of each moved pair, as arrays: where they were and are, and who they are.
struct MovedPlaces {
  /// Segments as numbers into the matrix's; `absent` where a side has not the customer.
  let from: AlignedBuffer<UInt16>
  let to: AlignedBuffer<UInt16>
  /// The customers' codes.
  let codes: AlignedBuffer<UInt32>
  /// Their rows in the later snapshot, `noRow` for lost customers.
  let afterRows: AlignedBuffer<UInt32>
  private let absent: UInt16

  init(_ comparison: Comparison) {
    let count = comparison.moved.count
    let absent = UInt16(comparison.matrix.absent)
    let moved = comparison.moved.pointer
    let rows = (comparison.pairs.beforeRows.pointer, comparison.pairs.afterRows.pointer)
    let segments = (comparison.beforeSegments.pointer, comparison.afterSegments.pointer)
    let sideCodes = (comparison.before.codes.pointer, comparison.after.codes.pointer)
    func make<Element: BitwiseCopyable>(
      _ element: (_ before: UInt32, _ after: UInt32) -> Element
    ) -> AlignedBuffer<Element> {
      AlignedBuffer(count: count) { out in
        nonisolated(unsafe) let out = out  // SAFETY: every chunk writes its own pairs.
        Parallel.forEachChunk(of: count) { _, range in
          for k in range { out[k] = element(rows.0[Int(moved[k])], rows.1[Int(moved[k])]) }
        }
      }
    }
    from = make { before, _ in before == noRow ? absent : segments.0[Int(before)] }
    to = make { _, after in after == noRow ? absent : segments.1[Int(after)] }
    afterRows = make { _, after in after }
    codes = make { before, after in
      after == noRow ? sideCodes.0[Int(before)] : sideCodes.1[Int(after)]
    }
    self.absent = absent
    withExtendedLifetime(comparison) {}
  }

  /// A text for each number; null where the number is `absent` or there is no text.
  func column(
    _ name: String, _ numbers: AlignedBuffer<UInt16>, _ texts: [String?]
  ) -> Column {
    let values = numbers.pointer
    let known = texts.map { $0 != nil } + [false]
    let codes = AlignedBuffer<UInt16>(count: values.count) { codes in
      for k in codes.indices { codes[k] = values[k] == absent ? 0 : values[k] }
    }
    let validity = Bitmap(count: values.count) { known[Int(values[$0])] }
    return Column(
      name, .string(.uint16(codes), StringTable(texts.map { $0 ?? "" })), validity: validity)
  }
}
