package import Columns
import Kernels

/// The scores of a customer base: for each customer 1…n on each measure, n is best; 0 and null for prospects.
package struct RFMScores: Sendable {
  package let recency: AlignedBuffer<UInt8>
  package let frequency: AlignedBuffer<UInt8>
  package let monetary: AlignedBuffer<UInt8>
  /// 1 = the customer has scores; nil when every customer has.
  package let validity: Bitmap?
  package let bins: RFMBins
  package let model: RFMModel

  /// Number of customers, prospects included.
  package var count: Int { recency.count }

  /// The columns r, f, m and rfm: the last holds the three digits (`543`), or the scores with a dash between
  /// where a measure has ten bins (`10-4-3`).
  package var columns: [Column] {
    [
      Column("r", .uint8(recency), validity: validity),
      Column("f", .uint8(frequency), validity: validity),
      Column("m", .uint8(monetary), validity: validity), rfmColumn,
    ]
  }

  private var rfmColumn: Column {
    RFMScores.digitsColumn(
      recency: recency, frequency: frequency, monetary: monetary, bins: bins, validity: validity)
  }

  /// The column rfm of scores that are within their bins, 0 where null.
  package static func digitsColumn(
    recency: AlignedBuffer<UInt8>, frequency: AlignedBuffer<UInt8>,
    monetary: AlignedBuffer<UInt8>, bins: RFMBins, validity: Bitmap?
  ) -> Column {
    let separator = max(bins.recency, bins.frequency, bins.monetary) > 9 ? "-" : ""
    var names: [String] = []
    for r in 1...bins.recency {
      for f in 1...bins.frequency {
        for m in 1...bins.monetary { names.append("\(r)\(separator)\(f)\(separator)\(m)") }
      }
    }
    let codes = AlignedBuffer<UInt16>(count: recency.count) { codes in
      codesOfRFM(
        recency.pointer, frequency.pointer, monetary.pointer, frequencyBins: bins.frequency,
        monetaryBins: bins.monetary, into: codes)
    }
    return Column("rfm", .string(.uint16(codes), StringTable(names)), validity: validity)
  }
}
