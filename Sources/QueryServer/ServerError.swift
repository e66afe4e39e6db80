/// Why a server does not start.
package enum ServerError: Error, Equatable, CustomStringConvertible {
  /// Neither an address nor a Unix socket to listen on.
  case nowhereToListen
  /// An address beyond loopback without what protects it.
  case unprotected(address: String, missing: [Protection])
  /// Metrics beyond loopback, which nothing protects.
  case unprotectedMetrics(address: String)
  /// No path of a Unix socket: empty, or longer than the system takes.
  case unusableSocketPath(String, byteCountMax: Int)
  case cannotListen(on: String, reason: String)
  /// Another server answers on that Unix socket.
  case socketInUse(path: String)
  /// More event loops than the process may open descriptors for.
  case tooFewDescriptors(eventLoopCount: Int, allowed: Int)
  /// A file of the certificate or its key that cannot be opened.
  case unreadableTLS(path: String, reason: String)
  case invalidTLS(path: String, reason: String)
  /// The store has no snapshot yet.
  case noSnapshot

  /// What other machines must bring.
  package enum Protection: String, Sendable {
    case token = "a token"
    case tls = "TLS"

    /// The flags that ask for it.
    var flags: String {
      switch self {
      case .token: "--token-file"
      case .tls: "--tls-cert and --tls-key"
      }
    }
  }

  /// The kind of error, which the exit code says.
  package enum Category: Sendable { case usage, noInput, badConfiguration, unavailable }

  package var category: Category {
    switch self {
    case .nowhereToListen, .unprotected, .unprotectedMetrics, .unusableSocketPath: .usage
    case .unreadableTLS, .noSnapshot: .noInput
    case .invalidTLS: .badConfiguration
    case .cannotListen, .socketInUse, .tooFewDescriptors: .unavailable
    }
  }

  package var description: String {
    switch self {
    case .nowhereToListen:
      return "nowhere to listen; give --listen or --unix"
    case .unprotected(let address, let missing):
      let names = missing.map(\.rawValue).joined(separator: " and ")
      let flags = missing.map(\.flags).joined(separator: ", ")
      return "\(address) can be reached from other machines, and \(names) "
        + "\(missing.count == 1 ? "is" : "are") missing; give \(flags), or --insecure to serve "
        + "everybody unprotected"
    case .unprotectedMetrics(let address):
      return "the metrics address \(address) can be reached from other machines, and neither a "
        + "token nor TLS protects metrics; give --metrics an address of this machine alone, such "
        + "as 127.0.0.1:9411, or --insecure to serve everybody unprotected"
    case .unusableSocketPath(let path, let byteCountMax):
      return "cannot listen on '\(path)': the path of a Unix socket has 1 to \(byteCountMax) "
        + "bytes, this one \(path.utf8.count); give --unix another one"
    case .cannotListen(let place, let reason):
      return "cannot listen on \(place): \(reason)"
    case .socketInUse(let path):
      return "another server listens on \(path); stop it or give another path"
    case .tooFewDescriptors(let eventLoopCount, let allowed):
      return "\(eventLoopCount) event loops need more files than the \(allowed) that this process "
        + "may open; raise the limit (ulimit -n) or give a smaller --event-loops"
    case .unreadableTLS(let path, let reason):
      return "\(path): open: \(reason); check --tls-cert and --tls-key"
    case .invalidTLS(let path, let reason):
      return "\(path): \(reason)"
    case .noSnapshot:
      return "the store has no snapshot to serve; run strata score first"
    }
  }
}
