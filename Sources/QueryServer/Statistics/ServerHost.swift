import Columns
import Histogram
import JSONText
import Kernels
import Logging
import QueryProtocol
import Synchronization

/// What INFO, SNAPSHOTS and the metrics tell of the server.
final class ServerHost: ServiceHost {
  let counters = ServerCounters()
  let limits: ServiceLimits
  let version: String
  let holder: SnapshotHolder
  private let source: any SnapshotSource
  /// Statistics of each event loop, once they run.
  let loopStatistics = Mutex<[CommandStatistics]>([])
  /// The older snapshot that was asked for last.
  private let older = Mutex<CustomerBase?>(nil)

  init(
    source: any SnapshotSource, holder: SnapshotHolder, limits: ServiceLimits, version: String
  ) {
    self.source = source
    self.holder = holder
    self.limits = limits
    self.version = version
  }

  var commandRecords: [(command: Command, record: CommandStatistics.Record)] {
    CommandStatistics.merged(loopStatistics.withLock { $0 })
  }

  func snapshots() throws -> [JSON] { try source.list() }

  /// Keeps one snapshot besides the one in force: a second query of the same date does not load it again.
  func customers(at date: String) throws -> CustomerBase? {
    guard let name = try source.name(at: date) else { return nil }
    let current = holder.current
    if current.name == name { return current }
    return try older.withLock { older in
      if let older, older.name == name { return older }
      older = nil
      let loaded = try source.load(name)
      older = loaded
      return loaded
    }
  }

  func information(on base: CustomerBase) -> [(title: String, members: [JSON.Member])] {
    let figures = holder.figures
    let records = commandRecords
    return [
      (
        "Server",
        [
          .init("server", "strata"), .init("version", .string(version)),
          .init("uptime_in_seconds", JSON(Int(counters.uptimeSeconds))),
        ]
      ),
      (
        "Snapshot",
        [
          .init("snapshot", .string(base.name)), .init("as_of", .string(Day.text(base.asOf))),
          .init("customers", JSON(base.rowCount)),
          .init("snapshot_bytes", JSON(base.byteCount)),
          .init("snapshot_age_seconds", .number((figures.ageSeconds * 10).rounded() / 10)),
          .init("snapshot_swaps", JSON(figures.swapCount)),
          .init("snapshots_refused", JSON(figures.refusedCount)),
          .init("snapshots_retired", JSON(holder.retiredCount)),
        ]
      ),
      (
        "Clients",
        [
          .init("connected_clients", JSON(counters.connectedCount.value)),
          .init("maxclients", JSON(limits.clientCountMax)),
          .init("unsent_reply_bytes", JSON(counters.unsentByteCount.value)),
        ]
      ),
      (
        "Stats",
        [
          .init("total_connections_received", JSON(counters.acceptedCount.value)),
          .init("rejected_connections", JSON(counters.refusedCount.value)),
          .init("timed_out_connections", JSON(counters.timedOutCount.value)),
          .init("protocol_errors", JSON(counters.protocolErrorCount.value)),
          .init("unknown_commands", JSON(counters.unknownCommandCount.value)),
          .init("paused_reads", JSON(counters.pauseCount.value)),
          .init(
            "total_commands_processed",
            JSON(Int(clamping: records.reduce(0) { $0 + $1.record.requestCount }))),
          .init("total_net_input_bytes", JSON(counters.bytesReadCount.value)),
          .init("total_net_output_bytes", JSON(counters.bytesWrittenCount.value)),
        ]
      ),
      ("Commandstats", records.map { Self.member($0.command, $0.record) }),
    ]
  }

  /// `cmdstat_get: calls=…, p50_us=…`; times are of the server, without the network.
  private static func member(
    _ command: Command, _ record: CommandStatistics.Record
  ) -> JSON.Member {
    func microseconds(_ percentile: Double) -> JSON {
      let nanoseconds = record.histogram.valueAtPercentile(percentile)
      return .number(Double(nanoseconds / 10) / 100)
    }
    return .init(
      "cmdstat_\("\(command.name)".lowercased())",
      .object([
        .init("calls", JSON(Int(clamping: record.requestCount))),
        .init("p50_us", microseconds(50)), .init("p99_us", microseconds(99)),
        .init("p99_9_us", microseconds(99.9)), .init("max_us", microseconds(100)),
      ]))
  }
}
