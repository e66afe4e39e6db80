import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a Unix socket: made for its owner alone, and cleared away when its server is gone.
enum UnixSocketPath {
  /// What NIO takes, and every system.
  static let byteCountMax = 103

  static func check(_ path: String) throws(ServerError) {
    guard (1...byteCountMax).contains(path.utf8.count) else {
      throw .unusableSocketPath(path, byteCountMax: byteCountMax)
    }
  }

  /// Removes a socket that a dead server left behind; throws when a server answers on it, or when the path is
  /// another kind of file.
  static func clear(_ path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ServerError.cannotListen(
        on: path, reason: "there is a file of that name; give --unix another one")
    }
    if isAnswered(path) { throw ServerError.socketInUse(path: path) }
    unlink(path)
  }

  /// Makes sockets that are bound in `body` mode 0600: the mask is in force before the file appears.
  static func withOwnerOnly<Result>(_ body: () throws -> Result) rethrows -> Result {
    let previous = umask(0o177)
    defer { umask(previous) }
    return try body()
  }

  static func remove(_ path: String) { unlink(path) }

  private static func isAnswered(_ path: String) -> Bool {
    #if canImport(Darwin)
      let type = SOCK_STREAM
    #else
      let type = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let address = try? SocketAddress(unixDomainSocketPath: path),
      case .unixDomainSocket(let unix) = address
    else { return false }
    var name = unix.address
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
