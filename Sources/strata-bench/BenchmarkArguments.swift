import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `--name value` pairs of a benchmark; `--threads N` is obeyed at once.
struct BenchmarkArguments {
  private let settings: [String: String]

  init(_ arguments: [String]) throws {
    var settings: [String: String] = [:]
    var i = 0
    while i + 1 < arguments.count {
      settings[arguments[i]] = arguments[i + 1]
      i += 2
    }
    guard i == arguments.count else {
      throw BenchmarkError(description: "\(arguments[i]) has no value")
    }
    self.settings = settings
    Parallel.setThreadCount(try integer("--threads", 0))
    BufferPool.shared.keep(byteCountMax: 1 << 30)
  }

  func string(_ name: String) throws -> String {
    guard let value = settings[name] else {
      throw BenchmarkError(description: "\(name) is missing")
    }
    return value
  }

  func string(_ name: String, _ standard: String) -> String { settings[name] ?? standard }

  func integer(_ name: String, _ standard: Int? = nil) throws -> Int {
    if settings[name] == nil, let standard { return standard }
    guard let value = Int(try string(name)), value >= 0 else {
      throw BenchmarkError(description: "\(name) takes a whole number")
    }
    return value
  }
}

/// What is wrong with a benchmark's arguments or files.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
}

/// Seconds on a clock that only goes forward.
func seconds() -> Double { seconds(CLOCK_MONOTONIC) }

/// Seconds that this process has had of all processors: on a busy machine steadier than the time on the wall.
func processorSeconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
