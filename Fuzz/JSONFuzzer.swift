// A libFuzzer target: any bytes as a JSON text. What parses is written and parsed again, to the same value and the
// same bytes. Built and run by Fuzz/fuzz.sh.

import JSONText

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: bytes, count: count))
  let value: JSON
  do { value = try JSON.parse(input) } catch {
    precondition((0...count).contains(error.byteOffset), "an error beyond the text")
    return 0
  }
  for text in [value.compactText, value.prettyText] {
    guard let again = try? JSON.parse(text) else {
      preconditionFailure("what was written does not parse: \(text)")
    }
    precondition(again.compactText == value.compactText, "not the same value: \(text)")
  }
  return 0
}
