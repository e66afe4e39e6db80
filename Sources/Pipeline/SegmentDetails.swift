package import Columns
package import JSONText
import Kernels

/// What a configuration says of its segments besides their names, as columns: `segment_owner` beside `segment`.
///
/// They follow from the segment and the snapshot's record, so they are made when a snapshot is read and not stored.
/// A key that no segment of a taxonomy has makes no column; nor does a label that only repeats the name.
package struct SegmentDetails: Sendable {
  static let keys = ["label", "action", "owner", "channel", "colour"]

  /// One column: the text of every segment that has one.
  private struct Detail {
    let name: String
    let texts: [String: String]
  }

  /// By the name of the taxonomy's column.
  private let details: [String: [Detail]]

  /// Of a snapshot's record, or the members of one that make up its taxonomies.
  package init(_ record: JSON) {
    var details: [String: [Detail]] = [:]
    for taxonomy in record["taxonomies"]?.arrayValue ?? [] {
      // A preset as it is says the same of everybody's customers: in reports, not for each customer.
      guard taxonomy["otherwise"] != nil || taxonomy["extends"] != nil,
        let column = taxonomy["column"]?.stringValue
      else { continue }
      details[column] = SegmentDetails.keys.compactMap { key in
        var texts: [String: String] = [:]
        var saysMore = false
        for segment in taxonomy["segments"]?.arrayValue ?? [] {
          guard let name = segment["name"]?.stringValue, let text = segment[key]?.stringValue
          else { continue }
          texts[name] = text
          if key != "label" || text != name { saysMore = true }
        }
        return saysMore ? Detail(name: column + "_" + key, texts: texts) : nil
      }
    }
    self.details = details
  }

  /// The names of all columns that can be made, with the column that each one is made of.
  var sources: [(name: String, source: String)] {
    details.keys.sorted().flatMap { source in
      details[source]!.map { (name: $0.name, source: source) }
    }
  }

  /// The columns beside a taxonomy's own; none beside any other column.
  ///
  /// - Parameter isWanted: asked by name; a column of that name that is there already goes first.
  package func columns(
    beside column: Column, where isWanted: (String) -> Bool = { _ in true }
  ) -> [Column] {
    guard let details = details[column.name]?.filter({ isWanted($0.name) }), !details.isEmpty,
      case .string(let codes, let names) = column.values
    else { return [] }
    let rows = SegmentDetails.wide(codes)
    return details.map { detail in
      let texts = names.array.map { detail.texts[$0] }
      var distinct: [String] = []
      for text in texts { if let text, !distinct.contains(text) { distinct.append(text) } }
      let segmentCodes = AlignedBuffer(
        texts.map { text in UInt32(text.flatMap(distinct.firstIndex) ?? 0) })
      let narrow = DictionaryCodes(
        narrowing: segmentCodes.pointer, dictionaryCount: distinct.count)
      return withExtendedLifetime(segmentCodes) {
        Column(
          detail.name, .string(narrow, StringTable(distinct)),
          validity: texts.contains(nil) ? Bitmap(texts.map { $0 != nil }) : nil
        ).gathered(rows)
      }
    }
  }

  /// Codes as numbers of rows, to gather by.
  private static func wide(_ codes: DictionaryCodes) -> AlignedBuffer<UInt32> {
    func widened<Code: FixedWidthInteger & BitwiseCopyable>(
      _ codes: AlignedBuffer<Code>
    ) -> AlignedBuffer<UInt32> {
      AlignedBuffer<UInt32>(count: codes.count) { out in
        let codes = codes.span
        for row in out.indices { out[row] = UInt32(codes[row]) }
      }
    }
    switch codes {
    case .uint8(let codes): return widened(codes)
    case .uint16(let codes): return widened(codes)
    case .uint32(let codes): return codes
    }
  }
}
