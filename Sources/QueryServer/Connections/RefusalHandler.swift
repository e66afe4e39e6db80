import NIOCore
import QueryProtocol

/// A client too many: it is told so in its own protocol, which its first byte shows, and closed.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let clientCountMax: Int
  private var isRefused = false
  /// Refused clients that may wait to be told; one more is closed at once.
  static let waitingCountMax = 64

  init(clientCountMax: Int) { self.clientCountMax = clientCountMax }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .seconds(1)) {
      let (handler, context) = bound.value
      handler.refuse(context, isRESP: false)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let isRESP = unwrapInboundIn(data).readableBytesView.first == UInt8(ascii: "*")
    refuse(context, isRESP: isRESP)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func refuse(_ context: ChannelHandlerContext, isRESP: Bool) {
    guard !isRefused, context.channel.isActive else { return }
    isRefused = true
    var writer = ReplyWriter(capacity: 256)
    writer.encoding = isRESP ? .resp2 : .line
    writer.error(
      ReplyError(
        .tooManyClients, "the server has its \(clientCountMax) clients; try again later"))
    var buffer = context.channel.allocator.buffer(capacity: 256)
    writer.buffer.withUnsafeBytes { _ = buffer.writeBytes($0) }
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in
      bound.value.close(promise: nil)
    }
  }
}
