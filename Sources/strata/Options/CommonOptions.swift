import ArgumentParser
import Columns
import Kernels

/// What every verb takes.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one machine-readable JSON object on standard output.")
  var json = false

  @Option(
    name: .long,
    help:
      "Threads to use; the result does not depend on it. Default: the processors of this machine.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads)")
    }
  }

  /// Puts the options that concern the whole process in force. A process that ends with its work keeps the memory
  /// of columns for the next ones, a small part of what it may use; a server gives it back.
  func apply(keepsMemory: Bool = true, memoryLimit: String? = nil) {
    Parallel.setThreadCount(threads ?? 0)
    guard keepsMemory else { return }
    BufferPool.shared.keep(
      byteCountMax: min(CommonOptions.keptByteCountMax, memoryLimitByteCount(memoryLimit) / 8))
  }

  /// Of freed memory: some columns of four million customers.
  private static let keptByteCountMax = 128 << 20
}

/// The store that a verb works on.
struct StoreArgument: ParsableArguments {
  @Argument(help: "The directory that holds the store.", completion: .directory)
  var store: String
}

/// The day of a date option.
func day(_ text: String, _ option: String) throws -> Int32 {
  guard let day = Day.parse(text) else {
    throw ValidationError("\(option) takes a date such as 2026-11-21, not '\(text)'")
  }
  return day
}
