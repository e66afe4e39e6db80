import NIOCore
import NIOTLS
import QueryProtocol

/// A client behind TLS, or on a system without `SocketLoop`: the last handler of a NIO channel.
final class ChannelTransport: ChannelDuplexHandler, Transport {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connection: Connection
  private var context: ChannelHandlerContext?

  init(_ connection: Connection) { self.connection = connection }

  // MARK: What the channel tells

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.open(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    connection.didClose()
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    unwrapInboundIn(data).withUnsafeReadableBytes { connection.received($0) }
  }

  func read(context: ChannelHandlerContext) {
    if connection.mayRead() { context.read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { connection.becameWritable() }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { connection.handshakeEnded() }
    if case .inputClosed? = event as? ChannelEvent { connection.inputClosed() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A broken connection or TLS stream: nothing can be said to the client any more.
    context.close(promise: nil)
  }

  // MARK: What the connection asks

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func send(_ replies: borrowing ReplyBuffer) {
    guard let context else { return }
    var out = context.channel.allocator.buffer(capacity: replies.count)
    replies.withUnsafeBytes { _ = out.writeBytes($0) }
    send(out)
  }

  func send(_ reply: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(reply), promise: nil)
  }

  func notifyWhenSent() {
    guard let context else { return }
    let bound = NIOLoopBound(connection, eventLoop: context.eventLoop)
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { _ in bound.value.outputIsSent() }
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(capacity: 0)), promise: sent)
  }

  func closeOutput() {
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let closed = context.eventLoop.makePromise(of: Void.self)
    closed.futureResult.whenFailure { _ in bound.value.close() }
    context.close(mode: .output, promise: closed)
  }

  func close() { context?.close(promise: nil) }

  func read() { context?.read() }
}
