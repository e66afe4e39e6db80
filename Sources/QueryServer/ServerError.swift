/// Why a server does not start.
package enum ServerError: Error, Equatable, CustomStringConvertible {
  /// Neither an address nor a Unix socket to listen on.
  case nowhereToListen
  /// An address beyond loopback without what protects it.
  case unprotected(address: String, missing: String)
  case cannotListen(on: String, reason: String)
  /// Another server answers on that Unix socket.
  case socketInUse(path: String)
  case invalidTLS(reason: String)
  /// The store has no snapshot yet.
  case noSnapshot

  package var description: String {
    switch self {
    case .nowhereToListen:
      "nowhere to listen; give --listen or --unix"
    case .unprotected(let address, let missing):
      "\(address) can be reached from other machines, and \(missing) is missing; give "
        + "--token-file, --tls-cert and --tls-key, or --insecure to serve everybody unprotected"
    case .cannotListen(let place, let reason):
      "cannot listen on \(place): \(reason)"
    case .socketInUse(let path):
      "another server listens on \(path); stop it or give another path"
    case .invalidTLS(let reason):
      "the TLS certificate or key cannot be used: \(reason)"
    case .noSnapshot:
      "the store has no snapshot to serve; run strata score first"
    }
  }
}
