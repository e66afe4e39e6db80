/// Gives rows to a class: where a bit of `matches` and of `open` is set, `codes[row] = code`, and the row is open
/// no more.
///
/// One bit a row; `codes` has at most 64 rows a word. Cost: about a nanosecond a row taken.
package func takeRows(
  _ matches: UnsafeBufferPointer<UInt64>, open: UnsafeMutableBufferPointer<UInt64>, code: UInt8,
  codes: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(matches.count == open.count && (codes.count + 63) / 64 == open.count)
  guard let code0 = codes.baseAddress else { return }
  for w in 0..<matches.count {
    var taken = matches[w] & open[w]
    if taken == 0 { continue }
    open[w] &= ~taken
    let base = code0 + w &* 64
    if taken == .max {
      for i in 0..<64 { base[i] = code }
      continue
    }
    while taken != 0 {
      base[taken.trailingZeroBitCount] = code
      taken &= taken &- 1
    }
  }
}
