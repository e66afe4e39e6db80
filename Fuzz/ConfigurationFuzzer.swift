// A libFuzzer target: any bytes as the text of a configuration file. Whatever they are, no trap, and every problem
// stands at a place of the file. Built and run by Fuzz/fuzz.sh.

import Configuration
import Expressions

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: bytes, count: count)
  guard let text = String(validating: input, as: UTF8.self) else { return 0 }
  do throws(ConfigurationError) {
    let configuration = try Configuration.parse(text, path: "strata.yaml")
    precondition(configuration.taxonomies.count <= ConfigurationLimits.taxonomyCountMax)
  } catch {
    precondition(!error.problems.isEmpty, "refused without a word")
    let lineCount = text.count { $0.isNewline } + 1
    for problem in error.problems {
      // An end that is missing is missed on the line after the last.
      guard let place = problem.position else { continue }
      precondition((1...lineCount + 1).contains(place.line) && place.column >= 1, "\(place)")
    }
    _ = error.description.utf8.count
  }
  return 0
}
