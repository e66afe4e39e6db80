import NIOCore
import NIOPosix
import NIOSSL
import QueryProtocol
import Testing

@testable import QueryServer

extension QueryServerTests {
  @Suite struct TLSTests {
    private func fixture(_ name: String) -> String {
      let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
      return "/\(folder)/Fixtures/\(name)"
    }

    private var files: TLSFiles {
      TLSFiles(
        certificatePath: fixture("test-certificate.pem"), keyPath: fixture("test-key.pem"))
    }

    /// Collects what comes until the connection closes.
    private final class Collector: ChannelInboundHandler {
      typealias InboundIn = ByteBuffer
      var text = ""
      let done: EventLoopPromise<String>
      init(_ done: EventLoopPromise<String>) { self.done = done }
      func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
      }
      func channelInactive(context: ChannelHandlerContext) { done.succeed(text) }
      func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
      }
    }

    private func talk(_ text: String, port: Int) async throws -> String {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.trustRoots = .file(fixture("test-certificate.pem"))
      let tls = try NIOSSLContext(configuration: configuration)
      let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
      let done = eventLoop.makePromise(of: String.self)
      let channel = try await ClientBootstrap(group: eventLoop)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
            try pipeline.addHandler(Collector(done))
          }
        }
        .connect(host: "127.0.0.1", port: port).get()
      try await channel.writeAndFlush(ByteBuffer(string: text))
      return try await done.futureResult.get()
    }

    @Test func requestsAndRepliesTravelEncrypted() async throws {
      let token = try #require(AccessToken(Array("secret".utf8)))
      try await withServer {
        $0.tls = files
        $0.token = token
        $0.limits.requestSecondsMax = 60
      } body: { server in
        let port = try #require(server.port)
        #expect(
          try await talk("AUTH secret\nGET c100005 orders\nQUIT\n", port: port) == """
            {"ok":true,"reply":"OK"}
            {"ok":true,"customer":{"orders":5}}
            {"ok":true,"reply":"OK"}

            """)
        let plain = try SocketClient(port: port)
        plain.send("AUTH secret\nGET c100005\n")
        #expect(plain.rest()?.contains("customer") == false)
      }
    }

    @Test func aHandshakeThatDoesNotEndIsGivenUp() async throws {
      try await withServer {
        $0.tls = files
        $0.limits.requestSecondsMax = 0.3
      } body: { server in
        let silent = try SocketClient(port: try #require(server.port))
        #expect(silent.rest() != nil)
      }
    }

    @Test func aCertificateThatCannotBeUsedIsNamedWithWhatIsWrong() async throws {
      let none = "/nowhere.pem"
      let (certificate, key, other) = (files.certificatePath, files.keyPath, #filePath)
      let strange = fixture("other-key.pem")
      let mistakes: [(String, String, ServerError.Category, says: String)] = [
        (none, key, .noInput, "\(none): open: No such file or directory"),
        (certificate, none, .noInput, "\(none): open: No such file or directory"),
        (other, key, .badConfiguration, "\(other): holds no PEM certificate"),
        (certificate, other, .badConfiguration, "\(other): holds no PEM key"),
        (certificate, strange, .badConfiguration, "\(strange): is not the key of the certificate"),
      ]
      for (certificate, key, category, says) in mistakes {
        let error = try await #require(throws: ServerError.self) {
          try await withServer {
            $0.tls = TLSFiles(certificatePath: certificate, keyPath: key)
          } body: { _ in
          }
        }
        #expect("\(error)".hasPrefix(says), "\(error)")
        #expect(error.category == category)
      }
    }
  }
}
