import NIOCore

/// An IP address and a port to listen on: `127.0.0.1:7411`, `[::1]:7411`, `localhost:7411`.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`; nil when it is neither an IP address nor `localhost`, or the port is out of range.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("[") && host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    self.init(host: host, port: port)
    guard socketAddress != nil else { return nil }
  }

  /// The address to bind; names are not looked up, so that what is served is what is written.
  var socketAddress: SocketAddress? {
    try? SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: port)
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    // The address as the system writes it, so that every spelling of ::1 is the same.
    guard let text = socketAddress?.ipAddress else { return false }
    return text == "::1" || text.hasPrefix("127.")
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
