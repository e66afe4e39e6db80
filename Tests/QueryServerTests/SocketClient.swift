import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A client over a real socket that blocks, for at most `timeoutSeconds` a call.
final class SocketClient: @unchecked Sendable {
  // SAFETY: one task reads; another may send meanwhile, which shares only the descriptor.
  private var descriptor: Int32
  private var received: [UInt8] = []
  private(set) var isAtEnd = false

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Connects to a port of 127.0.0.1.
  init(port: Int, timeoutSeconds: Int = 10, receiveBufferByteCount: Int32? = nil) throws {
    descriptor = socket(AF_INET, SocketClient.streamType, 0)
    try prepare(timeoutSeconds, receiveBufferByteCount)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(description: "connect: errno \(errno)") }
  }

  /// Connects to a Unix socket.
  init(unixPath: String, timeoutSeconds: Int = 10) throws {
    descriptor = socket(AF_UNIX, SocketClient.streamType, 0)
    try prepare(timeoutSeconds, nil)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: unixPath.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else { throw Failure(description: "connect: errno \(errno)") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  #if canImport(Glibc)
    private static let streamType = Int32(SOCK_STREAM.rawValue)
    private static let quiet = Int32(MSG_NOSIGNAL)
    private static let writeSide = Int32(SHUT_WR)
  #else
    private static let streamType = SOCK_STREAM
    private static let quiet: Int32 = 0
    private static let writeSide = SHUT_WR
  #endif

  private func prepare(_ timeoutSeconds: Int, _ receiveBufferByteCount: Int32?) throws {
    guard descriptor >= 0 else { throw Failure(description: "socket: errno \(errno)") }
    var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    if var count = receiveBufferByteCount {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &count, 4)
    }
  }

  /// Sends all bytes; false when the server stops taking them.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        systemSend(descriptor, $0.baseAddress, $0.count, SocketClient.quiet)
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Goes away at once: the connection is reset, whatever is under way.
  func reset() {
    var value = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
    descriptor = -1
  }

  /// Says that nothing more will be sent.
  func finishSending() { shutdown(descriptor, SocketClient.writeSide) }

  /// The next line without its newline; nil at the end or after the timeout.
  func line() -> String? {
    while true {
      if let end = received.firstIndex(of: 0x0A) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 1)
        return line
      }
      if !fill() { return nil }
    }
  }

  /// So many bytes, or what there is at the end or after the timeout.
  func bytes(_ count: Int) -> [UInt8] {
    while received.count < count, fill() {}
    let taken = Array(received.prefix(count))
    received.removeFirst(taken.count)
    return taken
  }

  /// Everything up to the end of the connection; nil when it does not end before the timeout.
  func rest() -> String? {
    while fill() {}
    return isAtEnd ? String(decoding: received, as: UTF8.self) : nil
  }

  /// Sends a line and gives the reply.
  func ask(_ line: String) -> String? {
    send(line + "\n")
    return self.line()
  }

  private func fill() -> Bool {
    guard !isAtEnd else { return false }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count > 0 {
      received += chunk[..<count]
      return true
    }
    if count == 0 || errno == ECONNRESET { isAtEnd = true }
    return false
  }
}

private func systemSend(
  _ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
  send(descriptor, bytes, count, flags)
}
