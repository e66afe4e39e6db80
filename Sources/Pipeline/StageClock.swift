#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What each stage of a job took, for the report.
package struct StageClock: Sendable {
  package struct Stage: Sendable, Equatable {
    package let name: String
    package let seconds: Double
  }

  package private(set) var stages: [Stage] = []
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  package init() { start = ContinuousClock().now }

  /// Runs a stage and notes its wall time.
  package mutating func measure<Result, Failure: Error>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let began = clock.now
    let result = try body()
    stages.append(Stage(name: name, seconds: StageClock.seconds(clock.now - began)))
    return result
  }

  /// Notes a stage that began at `start` and ends now.
  package mutating func add(_ name: String, since start: ContinuousClock.Instant) {
    stages.append(Stage(name: name, seconds: StageClock.seconds(clock.now - start)))
  }

  /// Wall time since the clock was made.
  package var totalSeconds: Double { StageClock.seconds(clock.now - start) }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

/// The largest resident memory of this process so far, in bytes.
package func peakMemoryByteCount() -> Int {
  #if os(Linux)
    // What getrusage says is at least the peak of the process that started this one.
    if let file = fopen("/proc/self/status", "r") {
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      while fgets(&line, Int32(line.count), file) != nil {
        let words = String(
          decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
        )
        .split { $0.isWhitespace }
        if words.count == 3, words[0] == "VmHWM:", let count = Int(words[1]) {
          return count * 1_024
        }
      }
    }
  #endif
  var usage = rusage()
  #if os(Linux)
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss) * 1_024
  #else
    guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss)
  #endif
}

/// Bytes of memory in this machine; `--limit-memory` defaults to half of it.
package func machineMemoryByteCount() -> Int {
  Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
