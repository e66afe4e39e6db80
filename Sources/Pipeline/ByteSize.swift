/// A size in bytes as on the command line: `512M`, `4G`, `1.5GiB`, `1000000`. Units are powers of 1,024.
package func byteCount(parsing text: String) -> Int? {
  let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
  let shifts: [String: Int] = [
    "": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30,
    "gib": 30, "t": 40, "tb": 40, "tib": 40,
  ]
  guard let value = Double(number), let shift = shifts[unit], value > 0 else { return nil }
  let bytes = value * Double(1 << shift)
  return bytes < 1e18 ? Int(bytes) : nil
}
