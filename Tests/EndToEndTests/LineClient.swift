import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A server of the program's on a Unix socket, and one client of its line protocol.
final class LineClient {
  private let server: Process
  private let descriptor: Int32
  private var unread = Data()

  /// Starts the server and waits until it answers; throws when it ends or is not there within a minute.
  init(serving store: String, _ options: [String] = [], in folder: Folder) throws {
    let path = folder.file("socket")
    server = try Program.start(["serve", store, "--listen", "none", "--unix", path] + options)
    for _ in 0..<600 {
      if let descriptor = LineClient.connect(to: path) {
        self.descriptor = descriptor
        return
      }
      if !server.isRunning { throw CocoaError(.executableNotLoadable) }
      usleep(100_000)
    }
    server.terminate()
    throw CocoaError(.fileReadUnknown)
  }

  deinit {
    close(descriptor)
    server.terminate()
    server.waitUntilExit()
  }

  private static func connect(to path: String) -> Int32? {
    let stream = Int32(SOCK_STREAM.rawValue)
    let descriptor = socket(AF_UNIX, stream, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if status == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  /// Memory of the server that is resident now, in bytes.
  func residentByteCount() throws -> Int {
    let path = "/proc/\(server.processIdentifier)/statm"
    let fields = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * Int(getpagesize())
  }

  /// Sends bytes until all are sent or the server takes no more for a second; how many it took.
  func push(_ bytes: [UInt8]) -> Int {
    var wait = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count <= 0 { break }
      sent += count
    }
    return sent
  }

  /// Reads up to `byteCountMax` bytes of whatever comes; 0 when nothing does for 5 seconds.
  func pull(_ byteCountMax: Int) -> Int {
    var wait = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var buffer = [UInt8](repeating: 0, count: byteCountMax)
    return max(0, read(descriptor, &buffer, buffer.count))
  }

  /// Sends one line and reads the reply, a JSON object.
  func ask(_ line: String) throws -> [String: Any] {
    let bytes = Array((line + "\n").utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw CocoaError(.fileWriteUnknown)
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = unread.firstIndex(of: 0x0A) {
        let reply = unread[unread.startIndex..<end]
        unread = Data(unread[(end + 1)...])
        return try JSONSerialization.jsonObject(with: reply) as? [String: Any] ?? [:]
      }
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { throw CocoaError(.fileReadUnknown) }
      unread.append(contentsOf: buffer.prefix(count))
    }
  }
}
