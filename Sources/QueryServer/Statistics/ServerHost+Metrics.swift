import Histogram
import QueryProtocol

extension ServerHost {
  /// All figures in Prometheus' text format (version 0.0.4).
  var metricsText: String {
    let figures = holder.figures
    let base = holder.current
    var out = ""
    func metric(_ name: String, _ type: String, _ help: String, _ value: String) {
      out +=
        "# HELP strata_\(name) \(help)\n# TYPE strata_\(name) \(type)\nstrata_\(name) \(value)\n"
    }
    metric("uptime_seconds", "gauge", "Seconds since the start.", "\(counters.uptimeSeconds)")
    metric("customers", "gauge", "Customers in the snapshot in force.", "\(base.rowCount)")
    metric("snapshot_bytes", "gauge", "Memory of the snapshot in force.", "\(base.byteCount)")
    metric(
      "snapshot_age_seconds", "gauge", "Seconds since the snapshot was swapped in.",
      "\(figures.ageSeconds)")
    metric("snapshot_swaps_total", "counter", "Snapshots swapped in.", "\(figures.swapCount)")
    metric(
      "snapshots_refused_total", "counter", "Snapshots that could not be loaded.",
      "\(figures.refusedCount)")
    metric("clients", "gauge", "Clients connected.", "\(counters.connectedCount.value)")
    metric(
      "unsent_reply_bytes", "gauge", "Memory of replies that clients have not taken yet.",
      "\(counters.unsentByteCount.value)")
    for (name, help, counter) in [
      ("connections_total", "Clients accepted.", counters.acceptedCount.value),
      ("connections_refused_total", "Clients beyond the limit.", counters.refusedCount.value),
      ("connections_timed_out_total", "Clients closed for slowness.", counters.timedOutCount.value),
      (
        "protocol_errors_total", "Clients closed for what they sent.",
        counters.protocolErrorCount.value
      ),
      ("paused_reads_total", "Times that a client had to wait.", counters.pauseCount.value),
      ("bytes_read_total", "Bytes of requests.", counters.bytesReadCount.value),
      ("bytes_written_total", "Bytes of replies.", counters.bytesWrittenCount.value),
    ] {
      metric(name, "counter", help, "\(counter)")
    }
    out += "# HELP strata_request_seconds Server time of requests.\n"
    out += "# TYPE strata_request_seconds summary\n"
    for (command, record) in commandRecords {
      let label = "command=\"\("\(command.name)".lowercased())\""
      for quantile in [0.5, 0.99, 0.999] {
        let nanoseconds = record.histogram.valueAtPercentile(quantile * 100)
        out += "strata_request_seconds{\(label),quantile=\"\(quantile)\"} "
        out += "\(Double(nanoseconds) / 1e9)\n"
      }
      out += "strata_request_seconds_sum{\(label)} \(Double(record.nanosecondsSum) / 1e9)\n"
      out += "strata_request_seconds_count{\(label)} \(record.requestCount)\n"
    }
    return out
  }
}
