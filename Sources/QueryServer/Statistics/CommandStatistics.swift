import Histogram
import QueryProtocol
import Synchronization

/// Latencies of one event loop's requests, by command.
///
/// Samples are gathered without a lock while a batch is answered, and recorded under one when it is done.
final class CommandStatistics: Sendable {
  struct Record {
    var histogram: Histogram<UInt64>
    var requestCount: UInt64 = 0
    var nanosecondsSum: UInt64 = 0
  }

  private let records = Mutex<[Record?]>(Array(repeating: nil, count: Command.allCases.count))

  /// One answered request.
  struct Sample {
    let command: Command
    var nanoseconds: UInt64
  }

  func record(_ samples: some Sequence<Sample>) {
    records.withLock { records in
      for sample in samples {
        let index = Int(sample.command.rawValue)
        if records[index] == nil { records[index] = Record(histogram: Self.emptyHistogram()) }
        _ = records[index]!.histogram.record(min(sample.nanoseconds, Self.nanosecondsMax))
        records[index]!.requestCount += 1
        records[index]!.nanosecondsSum &+= sample.nanoseconds
      }
    }
  }

  /// All loops' records together, by command; commands never asked are left out.
  static func merged(_ parts: [CommandStatistics]) -> [(command: Command, record: Record)] {
    var merged = [Record?](repeating: nil, count: Command.allCases.count)
    for part in parts {
      let records = part.records.withLock { $0 }
      for (index, record) in records.enumerated() {
        guard let record else { continue }
        guard var sum = merged[index] else {
          merged[index] = record
          continue
        }
        sum.histogram.add(record.histogram)
        sum.requestCount += record.requestCount
        sum.nanosecondsSum &+= record.nanosecondsSum
        merged[index] = sum
      }
    }
    return merged.enumerated().compactMap { index, record in
      record.map { (Command.allCases[index], $0) }
    }
  }

  /// Ten minutes: longer times count as that.
  private static let nanosecondsMax: UInt64 = 600_000_000_000

  /// Two significant digits up to ten minutes: 60 KiB a command that was asked at least once.
  private static func emptyHistogram() -> Histogram<UInt64> {
    Histogram(
      lowestDiscernibleValue: 1, highestTrackableValue: nanosecondsMax,
      numberOfSignificantValueDigits: .two)
  }
}
