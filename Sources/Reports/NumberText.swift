/// An integer with a comma between groups of three digits: `1,234,567`.
package func groupedText(_ value: Int) -> String {
  var digits = String(value.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert(digits, at: 0)
  return (value < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// A number with a fixed count of decimals, rounded half away from zero, grouped: `1,234.50`.
package func fixedText(_ value: Double, decimals: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "-∞" : "∞" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 9e15 else { return value.description }
  let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard decimals > 0 else { return sign + groupedText(whole) }
  let digits = String(fraction)
  return sign + groupedText(whole) + "." + String(repeating: "0", count: decimals - digits.count)
    + digits
}

/// A share as a percentage with one decimal: `12.3%`.
package func percentText(_ share: Double) -> String { fixedText(share * 100, decimals: 1) + "%" }

/// Bytes in binary units: `1.5 GiB`.
package func byteCountText(_ byteCount: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(byteCount)
  var unit = 0
  while value >= 1_024 && unit < units.count - 1 {
    value /= 1_024
    unit += 1
  }
  return unit == 0 ? "\(byteCount) B" : fixedText(value, decimals: 1) + " " + units[unit]
}

/// Seconds as people read them: `850 µs`, `12.3 ms`, `4.56 s`, `2 min 05 s`.
package func durationText(_ seconds: Double) -> String {
  if seconds < 0.001 { return fixedText(seconds * 1e6, decimals: 0) + " µs" }
  if seconds < 1 { return fixedText(seconds * 1e3, decimals: 1) + " ms" }
  if seconds < 120 { return fixedText(seconds, decimals: 2) + " s" }
  let whole = Int(seconds)
  let rest = whole % 60
  return "\(whole / 60) min " + (rest < 10 ? "0" : "") + "\(rest) s"
}

/// A bar of `width` character cells for a share of 0…1, to an eighth of a cell.
package func barText(_ share: Double, width: Int) -> String {
  let eighths = Int((min(max(share, 0), 1) * Double(width) * 8).rounded())
  let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
}
