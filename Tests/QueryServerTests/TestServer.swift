#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Columns
import JSONText
import Logging
import QueryProtocol
import Synchronization

@testable import QueryServer

/// Snapshots made up on demand: `s1`, `s2`, … each with its number in every profile.
final class TestSource: SnapshotSource {
  struct State {
    var newest = "s1"
    var isDamaged = false
    var listMilliseconds = 0
    var loadCount = 0
  }
  let state = Mutex(State())
  let customerCount: Int

  init(customerCount: Int = 100) { self.customerCount = customerCount }

  struct Damaged: Error {}

  func newestName() throws -> String? { state.withLock { $0.newest } }

  func load(_ name: String) throws -> CustomerBase {
    let isDamaged = state.withLock { state in
      state.loadCount += 1
      return state.isDamaged
    }
    if isDamaged { throw Damaged() }
    return try TestSource.base(name, customerCount)
  }

  /// Takes as long as a slow query, when told to.
  func list() throws -> [JSON] {
    let milliseconds = state.withLock { $0.listMilliseconds }
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while ContinuousClock.now < end { usleep(1_000) }
    return [.object([.init("name", .string(try newestName() ?? ""))])]
  }

  func name(at date: String) throws -> String? { date == "2026-11-20" ? "s0" : nil }

  static func base(_ name: String, _ count: Int) throws -> CustomerBase {
    let number = Int64(name.dropFirst()) ?? 0
    let segments = StringTable(["Champions", "At risk"])
    return try CustomerBase(
      name: name, asOf: 20_778,
      frame: Frame(
        rowCount: count,
        columns: [
          Column(
            "customer_id",
            .text(StringTable((0..<count).map { "c" + String(100_000 + $0) }))),
          Column("number", .int64(AlignedBuffer(repeating: number, count: count))),
          Column(
            "orders", .int32(AlignedBuffer((0..<count).map { Int32($0) }))),
          Column(
            "segment",
            .string(.uint8(AlignedBuffer((0..<count).map { UInt8($0 % 2) })), segments)),
        ]))
  }
}

/// A server on a free port of 127.0.0.1, stopped at the end of `body`.
func withServer<Result>(
  source: TestSource = TestSource(), _ change: (inout ServerConfiguration) -> Void = { _ in },
  body: (QueryServer) async throws -> Result
) async throws -> Result {
  var configuration = ServerConfiguration()
  configuration.address = ListenAddress(host: "127.0.0.1", port: 0)
  configuration.reloadSeconds = 0
  change(&configuration)
  let server = try QueryServer.start(
    configuration, source: source, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  do {
    let result = try await body(server)
    await server.stop()
    return result
  } catch {
    await server.stop()
    throw error
  }
}
