import NIOCore

/// Answers `GET /metrics` with the figures, everything else with an error, and closes.
///
/// Just enough HTTP/1.1 for Prometheus: one request a connection, its head at most 8 KiB and within 10 s.
final class MetricsHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let host: ServerHost
  private var head: [UInt8] = []
  private var isAnswered = false
  static let headByteCountMax = 8_192
  static let connectionCountMax = 16

  init(host: ServerHost) { self.host = host }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .seconds(10)) { bound.value.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isAnswered else { return }
    head.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    let text = String(decoding: head, as: UTF8.self)
    let isWhole = text.contains("\r\n\r\n") || text.contains("\n\n")
    guard isWhole || head.count > MetricsHandler.headByteCountMax else { return }
    isAnswered = true
    let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
    if !isWhole {
      reply("431 Request Header Fields Too Large", "too long\n", context)
    } else if words.count < 2 || words[0] != "GET" {
      reply("405 Method Not Allowed", "only GET\n", context)
    } else if words[1] != "/metrics" {
      reply("404 Not Found", "only /metrics\n", context)
    } else {
      reply("200 OK", host.metricsText, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func reply(_ status: String, _ body: String, _ context: ChannelHandlerContext) {
    var buffer = context.channel.allocator.buffer(capacity: body.utf8.count + 256)
    buffer.writeString(
      "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in
      bound.value.close(promise: nil)
    }
  }
}
