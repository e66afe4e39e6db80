import Columns
import Kernels
import Models

/// The values of one measure as integers or floats without nulls, for deciles and bins.
struct DriftValues {
  private enum Values {
    case integers(AlignedBuffer<Int32>)
    case money(AlignedBuffer<Int64>)
    case floats(AlignedBuffer<Double>)
    /// Scores: they are their own bins.
    case scores(AlignedBuffer<UInt8>)
  }

  private let values: Values
  private let nullCount: Int

  /// Nil for a type that is no measure. Days become days before `asOf`.
  init?(_ column: Column, asOf: Int32) {
    nullCount = column.nullCount
    switch column.values {
    case .day(let days):
      let present = DriftValues.present(days, column.validity)
      values = .integers(
        AlignedBuffer<Int32>(count: present.count) { out in
          let days = present.pointer
          for i in out.indices { out[i] = asOf &- days[i] }
        })
    case .int32(let counts): values = .integers(DriftValues.present(counts, column.validity))
    case .money(let amounts): values = .money(DriftValues.present(amounts, column.validity))
    case .uint8(let scores): values = .scores(DriftValues.present(scores, column.validity))
    case .float32(let floats):
      let present = DriftValues.present(floats, column.validity)
      values = .floats(
        AlignedBuffer<Double>(count: present.count) { out in
          let floats = present.pointer
          // Adding 0 makes −0 a 0; what is not finite would have no place among the deciles.
          for i in out.indices { out[i] = floats[i].isFinite ? Double(floats[i]) + 0 : 0 }
        })
    default: return nil
    }
  }

  private static func present<Element>(
    _ buffer: AlignedBuffer<Element>, _ validity: Bitmap?
  ) -> AlignedBuffer<Element> {
    guard let validity else { return buffer }
    let count = validity.oneCount
    return AlignedBuffer(count: count) { out in
      var next = 0
      for row in 0..<buffer.count where validity[row] {
        out[next] = buffer.pointer[row]
        next += 1
      }
    }
  }

  private var count: Int {
    switch values {
    case .integers(let buffer): buffer.count
    case .money(let buffer): buffer.count
    case .floats(let buffer): buffer.count
    case .scores(let buffer): buffer.count
    }
  }

  func drift(to later: DriftValues, measure: String) -> MeasureDrift {
    if case .scores(let old) = values, case .scores(let new) = later.values {
      return MeasureDrift(
        measure: measure,
        stabilityIndex: MeasureDrift.stabilityIndex(
          DriftValues.counts(old) + [nullCount], DriftValues.counts(new) + [later.nullCount]),
        quantileShift: nil, decilesBefore: [], decilesAfter: [])
    }
    let (old, new) = (deciles, later.deciles)
    let cuts = Array(Set(old)).sorted()
    let index = MeasureDrift.stabilityIndex(
      counts(cuts) + [nullCount], later.counts(cuts) + [later.nullCount])
    let scale = if case .money = values { 10_000.0 } else { 1.0 }
    let (shownOld, shownNew) = (old.map { $0 / scale }, new.map { $0 / scale })
    return MeasureDrift(
      measure: measure, stabilityIndex: index,
      quantileShift: MeasureDrift.quantileShift(shownOld, shownNew), decilesBefore: shownOld,
      decilesAfter: shownNew)
  }

  /// The nine deciles: values at rank ⌊(N − 1)·j/10⌋, so that each is a value that somebody has.
  private var deciles: [Double] {
    if count == 0 { return [] }
    let ranks = (1...9).map { (count - 1) * $0 / 10 }
    return switch values {
    case .integers(let buffer):
      OrderStatistics.values(of: buffer.pointer, ranks: ranks).map(Double.init)
    case .money(let buffer):
      OrderStatistics.values(of: buffer.pointer, ranks: ranks).map(Double.init)
    case .floats(let buffer): OrderStatistics.values(of: buffer.pointer, ranks: ranks)
    case .scores: []
    }
  }

  /// Values in each bin: up to the first cut, above it up to the second, …, above the last.
  private func counts(_ cuts: [Double]) -> [Int] {
    let binCount = cuts.count + 1
    let chunkCount = Parallel.chunkCount(of: count)
    var counts = [Int](repeating: 0, count: chunkCount * (binCount + 1))
    counts.withUnsafeMutableBufferPointer { counts in
      nonisolated(unsafe) let counts = counts  // SAFETY: every chunk counts in its own table.
      Parallel.forEachChunk(of: count) { chunk, rows in
        let table = UnsafeMutableBufferPointer(
          rebasing: counts[chunk * (binCount + 1)..<(chunk + 1) * (binCount + 1)])
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rows.count) { bins in
          switch values {
          case .integers(let buffer):
            scoreValues(
              UnsafeBufferPointer(rebasing: buffer.pointer[rows]),
              thresholds: cuts.map { Int32($0) },
              into: bins)
          case .money(let buffer):
            scoreValues(
              UnsafeBufferPointer(rebasing: buffer.pointer[rows]),
              thresholds: cuts.map { Int64(min(max($0, -9e18), 9e18)) },
              into: bins)
          case .floats(let buffer):
            scoreValues(
              UnsafeBufferPointer(rebasing: buffer.pointer[rows]), thresholds: cuts, into: bins)
          case .scores: bins.initialize(repeating: 1)
          }
          countBytes(UnsafeBufferPointer(bins), into: table)
        }
      }
    }
    return (1...binCount).map { bin in
      (0..<chunkCount).reduce(0) { $0 + counts[$1 * (binCount + 1) + bin] }
    }
  }

  /// Customers with score 0…255.
  private static func counts(_ scores: AlignedBuffer<UInt8>) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    counts.withUnsafeMutableBufferPointer { countBytes(scores.pointer, into: $0) }
    return counts
  }
}
