import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The signals that steer a server, as a stream.
final class SignalWatcher {
  enum Signal: Sendable { case hangUp, end }

  let signals: AsyncStream<Signal>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
    signals = stream
    sources = [(SIGHUP, Signal.hangUp), (SIGTERM, .end), (SIGINT, .end)].map { number, meaning in
      // Dispatch sees the signal; its usual effect, ending the process, is turned off.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(meaning) }
      source.resume()
      return source
    }
  }

  deinit { for source in sources { source.cancel() } }
}
