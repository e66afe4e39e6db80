import NIOCore
import NIOTLS
import QueryProtocol

/// A client behind TLS, or on a system without `SocketLoop`: the last handler of a NIO channel.
///
/// The channel gets one block of replies at a time. What else waits stays in `pending`, which counts its memory and
/// frees it block by block: a channel's own queue counts unsent bytes, and holds a write until its last one is sent.
final class ChannelTransport: ChannelDuplexHandler, Transport {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connection: Connection
  private var context: ChannelHandlerContext?

  private var pending = OutputQueue()
  /// Memory of the block that the channel sends; 0 when it sends none.
  private var sendingByteCount = 0
  private var heldByteCount: Int { pending.heldByteCount + sendingByteCount }
  private var limit: OutputLimit
  /// Memory held as the server's counters know it.
  private var countedByteCount = 0
  private var wantsToKnowWhenSent = false
  private var isTurnScheduled = false
  /// Whether blocks are being given to the channel further up the stack.
  private var isGivingBlocks = false

  init(_ connection: Connection) {
    self.connection = connection
    limit = OutputLimit(byteCountMax: connection.loop.service.limits.outputByteCountMax)
  }

  // MARK: What the channel tells

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.open(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    pending.removeAll()
    sendingByteCount = 0
    countHeld()
    connection.didClose()
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    unwrapInboundIn(data).withUnsafeReadableBytes { connection.received($0) }
  }

  func read(context: ChannelHandlerContext) {
    if connection.mayRead() { context.read() }
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

  var isWritable: Bool { context != nil && limit.isWritable }

  func send(_ replies: borrowing ReplyBuffer) {
    guard context != nil else { return }
    replies.withUnsafeBytes { pending.append($0) }
    giveBlocksSoon()
  }

  func send(_ reply: consuming OutputQueue) {
    guard context != nil else { return }
    pending.append(reply)
    giveBlocksSoon()
  }

  func notifyWhenSent() {
    wantsToKnowWhenSent = true
    tellWhenSent()
  }

  private func tellWhenSent() {
    guard wantsToKnowWhenSent, context == nil || pending.isEmpty && sendingByteCount == 0 else {
      return
    }
    wantsToKnowWhenSent = false
    connection.outputIsSent()
  }

  /// Gives blocks in a turn of its own: a channel whose write fails hands out what it has read before the write
  /// returns, and the connection is in the midst of an answer here.
  private func giveBlocksSoon() {
    countHeld()
    guard let context else { return }
    _ = limit.update(heldByteCount: heldByteCount)
    guard !isTurnScheduled else { return }
    isTurnScheduled = true
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.eventLoop.execute {
      bound.value.isTurnScheduled = false
      bound.value.giveBlocks()
      bound.value.tellWhenSent()
    }
  }

  /// Gives the channel the next block whenever it has sent one.
  private func giveBlocks() {
    guard let context, !isGivingBlocks else { return }
    isGivingBlocks = true
    while sendingByteCount == 0, let block = pending.popFirstBlock() {
      sendingByteCount = block.capacity
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      let sent = context.eventLoop.makePromise(of: Void.self)
      sent.futureResult.whenComplete { _ in bound.value.blockIsSent() }
      context.writeAndFlush(wrapOutboundOut(block), promise: sent)
    }
    isGivingBlocks = false
    countHeld()
    if limit.update(heldByteCount: heldByteCount) { connection.becameWritable() }
  }

  /// The block is sent, or cannot be.
  private func blockIsSent() {
    sendingByteCount = 0
    // Within the write itself: the loop above goes on.
    if isGivingBlocks { return }
    giveBlocks()
    tellWhenSent()
  }

  private func countHeld() {
    let change = heldByteCount - countedByteCount
    guard change != 0 else { return }
    countedByteCount += change
    connection.loop.counters.unsentByteCount.increment(by: change)
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
