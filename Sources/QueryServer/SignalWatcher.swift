import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The signals that steer a server, as a stream.
///
/// Made before the server starts: whoever sees it listen may send a signal at once, and none is lost.
package final class SignalWatcher: @unchecked Sendable {
  // SAFETY: the sources are touched in init and deinit only; the stream is Sendable.
  enum Signal: Sendable { case hangUp, end }

  let signals: AsyncStream<Signal>
  private let sources: [any DispatchSourceSignal]

  /// Returns once signals are seen.
  package init() {
    let isRegistered = DispatchSemaphore(value: 0)
    let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
    signals = stream
    sources = [(SIGHUP, Signal.hangUp), (SIGTERM, .end), (SIGINT, .end)].map { number, meaning in
      // Dispatch sees the signal; its usual effect, ending the process, is turned off.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(meaning) }
      source.setRegistrationHandler { isRegistered.signal() }
      source.resume()
      isRegistered.wait()
      return source
    }
  }

  deinit { for source in sources { source.cancel() } }
}
