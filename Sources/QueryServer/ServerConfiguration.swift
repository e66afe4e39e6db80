package import QueryProtocol

/// How a server is set up: the flags of `strata serve`.
package struct ServerConfiguration: Sendable {
  /// Where to listen for TCP; nil for none.
  package var address: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 7411)
  /// Where to listen as a Unix socket, made with mode 0600; nil for none.
  package var unixPath: String?
  /// The token that every client must give; nil when none is asked.
  package var token: AccessToken?
  /// PEM files of a certificate chain and its key; TCP clients must then speak TLS.
  package var tls: TLSFiles?
  /// Whether an address beyond loopback may be served without a token and TLS.
  package var allowsInsecure = false
  /// Where Prometheus may read metrics; nil for nowhere.
  package var metricsAddress: ListenAddress?
  /// Threads that read, answer look-ups and write; within `eventLoopCounts`.
  package var eventLoopCount = 1
  /// Whether clients without TLS are served by `SocketLoop` where the system has it, instead of NIO channels.
  package var servesSocketsDirectly = true
  /// Queries that run at a time; each uses all cores.
  package var queryThreadCount = 2
  /// Seconds between looks for a new snapshot; 0 looks only on SIGHUP. Within `reloadSecondsRange`.
  package var reloadSeconds: Double = 2
  /// Seconds that requests get to end after SIGTERM.
  package var drainSeconds: Double = 5
  package var limits = ServiceLimits()

  package init() {}

  /// Each event loop takes threads and descriptors; more of them than processors gain nothing.
  package static let eventLoopCounts = 1...256
  /// Up to a day.
  package static let reloadSecondsRange: ClosedRange<Double> = 0...86_400
}

/// PEM files of a certificate chain and its private key.
package struct TLSFiles: Sendable, Equatable {
  package let certificatePath: String
  package let keyPath: String

  package init(certificatePath: String, keyPath: String) {
    self.certificatePath = certificatePath
    self.keyPath = keyPath
  }
}
