package import Logging
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes log lines to standard error, as text for people or as JSON for programs.
///
///     2026-11-21T20:40:05Z info snapshot swapped customers=1000 from=a to=b
///     {"time":"2026-11-21T20:40:05Z","level":"info","message":"snapshot swapped","customers":"1000",…}
package struct ServerLogHandler: LogHandler {
  package enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  private let format: Format

  package init(format: Format) { self.format = format }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let line = text(
      level: event.level, message: "\(event.message)",
      metadata: all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }, time: Self.timeText())
    // One write a line, so that lines of several threads do not mix.
    var bytes = Array(line.utf8)
    bytes.append(0x0A)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  func text(
    level: Logger.Level, message: String, metadata: [(String, String)], time: String
  ) -> String {
    switch format {
    case .json:
      let head: [JSON.Member] = [
        .init("time", .string(time)), .init("level", .string(level.rawValue)),
        .init("message", .string(message)),
      ]
      return JSON.object(head + metadata.map { .init($0.0, .string($0.1)) }).compactText
    case .text:
      let pairs = metadata.map { " \($0.0)=\(Self.quotedWhereNeeded($0.1))" }.joined()
      return "\(time) \(level.rawValue) \(message)\(pairs)"
    }
  }

  /// Values with spaces, quotes or control characters as JSON strings, so that a line stays a line.
  private static func quotedWhereNeeded(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7F }
    return isPlain && !value.isEmpty ? value : JSON.string(value).compactText
  }

  /// The time now, UTC, to the second.
  private static func timeText() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    func padded(_ value: Int32, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-"
      + "\(padded(parts.tm_mday, 2))T\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):"
      + "\(padded(parts.tm_sec, 2))Z"
  }
}
