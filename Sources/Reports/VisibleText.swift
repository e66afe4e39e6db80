/// A text with its control characters written out, so that none of them breaks a line or reaches a terminal: `\n`,
/// `\r`, `\t`, and others as `\u{1b}`; among them the marks that turn the direction of what follows.
package func visibleText(_ text: String) -> String {
  if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
  var visible = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x0A: visible.append(contentsOf: "\\n".unicodeScalars)
    case 0x0D: visible.append(contentsOf: "\\r".unicodeScalars)
    case 0x09: visible.append(contentsOf: "\\t".unicodeScalars)
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
      let digits = String(scalar.value, radix: 16)
      visible.append(contentsOf: "\\u{\(digits)}".unicodeScalars)
    default: visible.append(scalar)
    }
  }
  return String(visible)
}
