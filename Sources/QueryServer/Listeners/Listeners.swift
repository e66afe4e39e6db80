import NIOCore
import NIOPosix
import NIOSSL
import QueryProtocol
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens the sockets of a server.
struct Listeners {
  let group: MultiThreadedEventLoopGroup
  let loops: [(eventLoop: any EventLoop, state: LoopState)]
  let socketLoops: SocketLoops
  let host: ServerHost
  let tls: NIOSSLContext?

  private(set) var channels: [any Channel] = []
  private(set) var places: [String] = []
  private(set) var port: Int?
  private(set) var metricsPort: Int?

  init(
    group: MultiThreadedEventLoopGroup, loops: [(eventLoop: any EventLoop, state: LoopState)],
    socketLoops: SocketLoops, host: ServerHost, tls: NIOSSLContext?
  ) {
    self.group = group
    self.loops = loops
    self.socketLoops = socketLoops
    self.host = host
    self.tls = tls
  }

  mutating func open(_ configuration: ServerConfiguration) throws {
    if let address = configuration.address {
      let channel = try bind(address, queryBootstrap(tls: tls), flag: "--listen")
      port = channel.localAddress?.port
      places.append("\(address.host):\(port ?? 0)\(tls == nil ? "" : " (TLS)")")
    }
    if let path = configuration.unixPath {
      try UnixSocketPath.clear(path)
      let bootstrap = queryBootstrap(tls: nil)
      do {
        channels.append(
          try UnixSocketPath.withOwnerOnly {
            try bootstrap.bind(unixDomainSocketPath: path).wait()
          })
      } catch {
        throw ServerError.cannotListen(on: path, reason: Listeners.reason(error, flag: "--unix"))
      }
      places.append(path)
    }
    if let address = configuration.metricsAddress {
      let channel = try bind(address, metricsBootstrap(), flag: "--metrics")
      metricsPort = channel.localAddress?.port
      places.append("\(address.host):\(metricsPort ?? 0) (metrics)")
    }
  }

  func close() {
    for channel in channels { try? channel.close().wait() }
  }

  private mutating func bind(
    _ address: ListenAddress, _ bootstrap: ServerBootstrap, flag: String
  ) throws -> any Channel {
    guard let socketAddress = address.socketAddress else {
      throw ServerError.cannotListen(on: "\(address)", reason: "it is no IP address")
    }
    do {
      let channel = try bootstrap.bind(to: socketAddress).wait()
      channels.append(channel)
      return channel
    } catch {
      throw ServerError.cannotListen(
        on: "\(address)", reason: Listeners.reason(error, flag: flag))
    }
  }

  /// What the system says of a failed bind, and what to do about it.
  private static func reason(_ error: any Error, flag: String) -> String {
    guard let error = error as? IOError else { return "\(error); give \(flag) another one" }
    let advice =
      switch error.errnoCode {
      case EADDRINUSE: "stop the program that listens there, or give \(flag) another address"
      case EADDRNOTAVAIL: "give \(flag) an address of this machine"
      case EACCES, EPERM: "give this user the right to it, or give \(flag) another one"
      case ENOENT, ENOTDIR: "make its folder, or give \(flag) another path"
      default: "give \(flag) another one"
      }
    return "\(String(cString: strerror(error.errnoCode))); \(advice)"
  }

  private func queryBootstrap(tls: NIOSSLContext?) -> ServerBootstrap {
    let (loops, socketLoops, host) = (loops, socketLoops, host)
    return ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.maxMessagesPerRead, value: 32)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // One read a turn: what is read ahead of a pause is at most one buffer.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2_048, maximum: 65_536)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Listeners.welcome(
            channel, tls: tls, loops: loops, socketLoops: socketLoops, host: host)
        }
      }
  }

  /// Sets up a new client, or the one too many.
  private static func welcome(
    _ channel: any Channel, tls: NIOSSLContext?,
    loops: [(eventLoop: any EventLoop, state: LoopState)], socketLoops: SocketLoops,
    host: ServerHost
  ) throws {
    let counters = host.counters
    let number = counters.acceptedCount.wrappingAdd(1, ordering: .relaxed).newValue
    let connected = counters.connectedCount.wrappingAdd(1, ordering: .relaxed).newValue
    let leave: @Sendable () -> Void = {
      counters.connectedCount.wrappingSubtract(1, ordering: .relaxed)
    }
    let limit = host.limits.clientCountMax
    let pipeline = channel.pipeline.syncOperations
    if tls == nil, connected <= limit,
      try socketLoops.takeOver(pipeline, number: number, whenClosed: leave)
    {
      throw NotServedHere()
    }
    channel.closeFuture.whenComplete { _ in leave() }
    if connected > limit + RefusalHandler.waitingCountMax {
      counters.refusedCount.increment()
      throw NotServedHere()
    }
    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
    if connected > limit {
      counters.refusedCount.increment()
      try pipeline.addHandler(RefusalHandler(clientCountMax: limit))
      return
    }
    guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop })?.state else {
      preconditionFailure("a channel runs on one of its server's event loops")
    }
    let connection = Connection(loop: loop, connectionNumber: number, speaksTLS: tls != nil)
    try pipeline.addHandler(ChannelTransport(connection))
  }

  private func metricsBootstrap() -> ServerBootstrap {
    let host = host
    let connected = SharedCount()
    return ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let count = connected.value.wrappingAdd(1, ordering: .relaxed).newValue
          channel.closeFuture.whenComplete { _ in
            connected.value.wrappingSubtract(1, ordering: .relaxed)
          }
          if count > MetricsHandler.connectionCountMax { throw NotServedHere() }
          try channel.pipeline.syncOperations.addHandler(MetricsHandler(host: host))
        }
      }
  }
}

/// A count that several listeners' closures share.
private final class SharedCount: Sendable {
  let value = Atomic<Int>(0)
}

/// Closes a channel before it is set up: one client too many, or one that a socket loop serves.
private struct NotServedHere: Error {}
