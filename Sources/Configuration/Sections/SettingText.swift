#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Texts that flags and the configuration file write in the same way; nil for what they cannot be.
package enum SettingText {
  /// `,` `;` `|`, a tab, or the names `comma`, `semicolon`, `pipe`, `tab`.
  package static func delimiter(_ text: String) -> UInt8? {
    let names: [String: UInt8] = [
      ",": 0x2C, "comma": 0x2C, ";": 0x3B, "semicolon": 0x3B, "\t": 0x09, "\\t": 0x09,
      "tab": 0x09, "|": 0x7C, "pipe": 0x7C,
    ]
    return names[text.lowercased()]
  }

  /// A sign inside numbers: `.` `,` `'` or a space.
  package static func sign(_ text: String) -> UInt8? {
    [".", ",", " ", "'"].contains(text) ? text.utf8.first : nil
  }

  /// `10%/yr`, `0.8%/mo`, `0`: the effective rate a year.
  package static func discountPerYear(_ text: String) -> Double? {
    if text == "0" { return 0 }
    let sides = text.split(separator: "/")
    let periods: [String: Double] = [
      "yr": 1, "y": 1, "year": 1, "mo": 12, "month": 12, "w": 365.25 / 7, "week": 365.25 / 7,
    ]
    guard sides.count == 2, sides[0].hasSuffix("%"), let percent = Double(sides[0].dropLast()),
      percent >= 0, percent <= 1_000, let count = periods[String(sides[1])]
    else { return nil }
    if count == 1 { return percent / 100 }
    return pow(1 + percent / 100, count) - 1
  }
}
