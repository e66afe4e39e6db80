import ArgumentParser
import Dispatch
import Logging
import QueryProtocol
import QueryServer
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct ServeVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answer other services: the query socket.",
    discussion: """
      Speaks a line protocol (a request is a line, a reply a line of JSON) and RESP2/RESP3, \
      so that nc and every Redis client are clients. A new snapshot is served as soon as it \
      is published. SIGTERM drains, SIGHUP looks for a new snapshot. See \
      Documentation/Protocol.md.
      """)

  @OptionGroup var target: StoreArgument

  @Option(help: ArgumentHelp("The address to listen on, or none.", valueName: "host:port"))
  var listen = "127.0.0.1:7411"

  @Option(help: ArgumentHelp("Also listen on a Unix socket, mode 0600.", valueName: "path"))
  var unix: String?

  @Option(help: ArgumentHelp("A file with the token that clients must give.", valueName: "file"))
  var tokenFile: String?

  @Option(help: ArgumentHelp("The certificate chain, PEM.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("The certificate's key, PEM.", valueName: "file"))
  var tlsKey: String?

  @Flag(help: "Serve other machines without a token and TLS.")
  var insecure = false

  @Option(help: ArgumentHelp("Serve Prometheus metrics here.", valueName: "host:port"))
  var metrics: String?

  @Option(help: "Log as text or json.")
  var logFormat = "text"

  @Option(help: "Threads that read, look up and write.")
  var eventLoops = 1

  @Option(help: "Seconds between looks for a new snapshot; 0 looks only on SIGHUP.")
  var reload = 2.0

  @OptionGroup(title: "Limits") var limits: LimitOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    let loops = ServerConfiguration.eventLoopCounts
    guard loops.contains(eventLoops) else {
      throw ValidationError(
        "--event-loops takes a number from \(loops.lowerBound) to \(loops.upperBound), not "
          + "\(eventLoops)")
    }
    let seconds = ServerConfiguration.reloadSecondsRange
    guard seconds.contains(reload) else {
      throw ValidationError(
        "--reload takes seconds from 0 to \(Int(seconds.upperBound)), not \(reload)")
    }
  }

  func run() throws {
    common.apply(keepsMemory: false)
    guard let format = ServerLogHandler.Format(rawValue: logFormat) else {
      throw ValidationError("--log-format takes text or json, not '\(logFormat)'")
    }
    // "./-" is "-" as a path: a socket is never standard output.
    if let unix { try StoreOutput.refuse(unix == "-" ? "./-" : unix, store: target.store) }
    var logger = Logger(label: "strata") { _ in ServerLogHandler(format: format) }
    logger.logLevel = .info
    let scorer = SnapshotScorer()
    let watcher = SignalWatcher()
    let server = try QueryServer.start(
      serverConfiguration(), source: StoreSnapshotSource(path: target.store, scorer: scorer),
      scorer: scorer, version: Strata.configuration.version, logger: logger)
    let done = DispatchSemaphore(value: 0)
    Task {
      await server.runUntilSignalled(watcher)
      done.signal()
    }
    done.wait()
  }

  private func serverConfiguration() throws -> ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.address = listen == "none" ? nil : try address(listen, "--listen")
    configuration.unixPath = unix
    configuration.token = try tokenFile.map(token)
    switch (tlsCert, tlsKey) {
    case (let certificate?, let key?):
      configuration.tls = TLSFiles(certificatePath: certificate, keyPath: key)
    case (nil, nil): break
    default: throw ValidationError("--tls-cert and --tls-key go together")
    }
    configuration.allowsInsecure = insecure
    configuration.metricsAddress = try metrics.map { try address($0, "--metrics") }
    configuration.eventLoopCount = eventLoops
    configuration.reloadSeconds = reload
    configuration.limits = limits.limits
    return configuration
  }

  private func address(_ text: String, _ flag: String) throws -> ListenAddress {
    guard let address = ListenAddress(text) else {
      throw ValidationError("\(flag) takes an address such as 127.0.0.1:7411, not '\(text)'")
    }
    return address
  }

  private func token(_ path: String) throws -> AccessToken {
    guard let stream = fopen(path, "re") else {
      throw Failure(.noInput, "\(path): open: \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&bytes, 1, bytes.count, stream)
    var text = Array(bytes.prefix(count))
    while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 { text.removeLast() }
    guard let token = AccessToken(text) else {
      throw Failure(.badConfiguration, "\(path): holds no usable token; write one line of text")
    }
    return token
  }
}
