import ArgumentParser
import CPlatform
import Export
import Expressions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct Strata: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata",
    abstract: "Score, segment and value customers from an order log.",
    discussion: """
      Order logs go into a store (ingest); score gives every customer RFM scores and a \
      segment, and publishes them as a snapshot; export writes it out. run does all three: \
      the nightly job.

      Exit codes: 0 done, 3 drifted too far, 64 usage, 65 bad data, 66 no input, 69 a \
      command, an address or the CPU is not available, 70 a bug in Strata, 73 cannot create, \
      74 input or output failed, 75 store locked, 78 bad configuration.
      """,
    version: "0.1.0",
    subcommands: verbs)
}

@main
enum Program {
  static func main() {
    guard strata_cpu_has_x86_64_v3() else {
      fail(
        "this build of strata needs a CPU with AVX2 and FMA (x86-64-v3). Build it with "
          + "STRATA_BASELINE=1 for an older CPU.", ExitStatus.unavailable)
    }
    openStandardDescriptors()
    if let argument = argumentThatIsNoText() {
      fail("the argument '\(argument)' is not UTF-8; rename the file, or go by a link", .usage)
    }
    // A reader that closes its end (`strata export … | head`) is a write error here, not a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      try checkVerb(CommandLine.arguments.dropFirst())
      var command = try Strata.parseAsRoot()
      do {
        try command.run()
      } catch let error as ValidationError {
        refuse(error, type(of: command))
      }
    } catch ExportError.readerGone {
      Strata.exit(withError: readerGone)
    } catch {
      if let failure = Failure(error) { fail(failure.message, failure.status) }
      Strata.exit(withError: error)
    }
  }

  /// Names the verb that was probably meant; to ArgumentParser a wrong one is an unexpected argument.
  private static func checkVerb(_ arguments: ArraySlice<String>) throws {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments
    guard let word = words.first, !word.hasPrefix("-") else { return }
    let names = verbs.compactMap { $0.configuration.commandName } + ["help"]
    if names.contains(word) { return }
    let near = NearestName.of(word, among: names)
    throw Failure(
      .usage,
      "there is no verb \(word); "
        + (near.map { "did you mean \($0)?" } ?? "`strata help` lists them"))
  }

  /// What ArgumentParser prints of a flag that is refused while it parses, for one that is refused later: left to
  /// itself, it would show the usage of `strata` instead of the verb's.
  private static func refuse(_ error: ValidationError, _ verb: any ParsableCommand.Type) -> Never {
    printError(
      """
      Error: \(error.message)
      Usage: \(Strata.usageString(for: verb))
        See 'strata \(verb.configuration.commandName ?? "") --help' for more information.
      """)
    exit(ExitStatus.usage.rawValue)
  }

  private static func fail(_ message: String, _ status: ExitStatus) -> Never {
    printError("strata: \(message)")
    exit(status.rawValue)
  }
}

/// The exit codes, after sysexits.h.
enum ExitStatus: Int32 {
  case drifted = 3
  case usage = 64
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case bug = 70
  case cannotCreate = 73
  case inputOutput = 74
  case locked = 75
  case badConfiguration = 78
}

/// The end of a run whose reader has closed its end, as in `strata export … | head`: that is no success, but
/// nothing to tell anybody either.
let readerGone = ExitCode(ExitStatus.inputOutput.rawValue)

/// What a store's writer found that its user should look at, to standard error.
func printNotes(_ notes: [String]) {
  for note in notes { printError("strata: note: " + note) }
}

/// Writes a line to standard error.
func printError(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  var done = 0
  while done < bytes.count {
    let count = bytes[done...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno != EINTR { return }
    done += max(0, count)
  }
}

/// Writes text to standard output, all of it.
func printText(_ text: String) throws {
  var text = text
  try text.withUTF8 { bytes in
    var done = 0
    while done < bytes.count {
      let count = write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { throw readerGone }
        throw Failure(.inputOutput, "standard output: write: \(String(cString: strerror(errno)))")
      }
      done += count
    }
  }
}
