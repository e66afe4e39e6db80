import CPlatform

/// The bytes that give a delimited file its structure.
package struct DelimitedSyntax: Sendable {
  package var delimiter: UInt8
  /// Ends a row: LF, or CR in files whose rows end in a lone CR.
  package var newline: UInt8
  /// Ends a row too: LF. In a CR file a stray LF then makes a blank line, which is no row.
  package var otherNewline: UInt8

  package init(delimiter: UInt8, newline: UInt8 = 0x0A) {
    self.delimiter = delimiter
    self.newline = newline
    otherNewline = 0x0A
  }
}

/// What `scanRows` found.
package struct RowScan: Sendable {
  /// Complete rows: entries of `rowEnds`.
  package var rowCount = 0
  /// Whether any byte scanned is NUL.
  package var hasNUL = false
  /// Newlines inside quotes: where there are none, a row is a line.
  package var quotedNewlineCount = 0
  /// Whether the bytes end inside a quoted field.
  package var endsInsideQuotes = false
}

/// Finds delimiters and row ends in `text[start..<end]`, which begins at the start of a row, or, where
/// `startsRow` is false, outside quotes somewhere inside a field.
///
/// `positions[0]` becomes `start - 1` and the following entries the offsets of the delimiters and newlines that
/// stand outside quotes. `rowEnds[r]` becomes the index in `positions` of the newline that ends row r, so that
/// row r has `rowEnds[r] - rowEnds[r - 1]` fields (for row 0: `rowEnds[0]`). A quote opens a quoted field only
/// at the field's start; anywhere else outside quotes it is an ordinary byte.
///
/// `positions` and `rowEnds` have room for `end - start + 65` entries; `text` may be read for 64 bytes past `end`
/// (what stands there does not matter, except that a NUL there counts as one).
/// Cost: about 0.25 ns a byte without quotes.
package func scanRows(
  _ text: UnsafePointer<UInt8>, from start: Int, to end: Int, syntax: DelimitedSyntax,
  startsRow: Bool = true, positions: UnsafeMutablePointer<UInt32>,
  rowEnds: UnsafeMutablePointer<UInt32>
) -> RowScan {
  precondition(
    start > 0 && start <= end && end <= Int(UInt32.max), "the text's offsets fit 32 bits")
  positions[0] = UInt32(truncatingIfNeeded: start &- 1)
  var positionCount = 1
  var rowCount = 0
  var quotes = QuoteState()
  quotes.previousIsBoundary = startsRow
  var nul: UInt64 = 0
  var quotedNewlineCount = 0
  var offset = start
  while offset < end {
    var masks = strata_masks64(
      text + offset, syntax.delimiter, syntax.newline, syntax.otherNewline)
    let remaining = end &- offset
    if remaining < 64 {
      let valid = (UInt64(1) &<< UInt64(truncatingIfNeeded: remaining)) &- 1
      masks.delimiter &= valid
      masks.newline &= valid
      masks.quote &= valid
    }
    nul |= masks.nul
    var newlines = masks.newline
    var structure = masks.delimiter | newlines
    if masks.quote != 0 || quotes.isInside {
      let inside = quotes.advance(quotes: masks.quote, boundaries: structure)
      structure &= ~inside
      quotedNewlineCount &+= (newlines & inside).nonzeroBitCount
      newlines &= ~inside
    } else {
      quotes.previousIsBoundary = structure >> 63 != 0
    }

    // Rows: their newline's place among the positions.
    var left = newlines
    while left != 0 {
      let through = left ^ (left &- 1)
      rowEnds[rowCount] = UInt32(
        truncatingIfNeeded: positionCount &+ (structure & through).nonzeroBitCount &- 1)
      rowCount &+= 1
      left &= left &- 1
    }
    // Positions: eight at a time without a branch; what is written too much is overwritten next.
    let count = structure.nonzeroBitCount
    let base = UInt32(truncatingIfNeeded: offset)
    var out = positions + positionCount
    var bits = structure
    var written = 0
    repeat {
      for i in 0..<8 {
        out[i] = base &+ UInt32(truncatingIfNeeded: bits.trailingZeroBitCount)
        bits &= bits &- 1
      }
      out += 8
      written &+= 8
    } while written < count
    positionCount &+= count
    offset &+= 64
  }
  return RowScan(
    rowCount: rowCount, hasNUL: nul != 0, quotedNewlineCount: quotedNewlineCount,
    endsInsideQuotes: quotes.isInside)
}

/// Whether the scan stands inside a quoted field, carried from 64 bytes to the next.
struct QuoteState {
  var isInside = false
  /// Whether the byte before is a delimiter, a newline or a closing quote: a quote now opens (or doubles).
  var previousIsBoundary = true

  /// The mask of bytes inside quotes (an opening quote included, a closing one not).
  ///
  /// When every quote that would open by parity stands at a boundary, parity is the truth: a prefix XOR. The
  /// rare stray quote in an unquoted field takes the quotes one by one.
  mutating func advance(quotes: UInt64, boundaries: UInt64) -> UInt64 {
    var parity = quotes
    parity ^= parity &<< 1
    parity ^= parity &<< 2
    parity ^= parity &<< 4
    parity ^= parity &<< 8
    parity ^= parity &<< 16
    parity ^= parity &<< 32
    if isInside { parity = ~parity }
    let openers = quotes & parity
    let mayOpen = ((boundaries | quotes) &<< 1) | (previousIsBoundary ? 1 : 0)
    guard openers & ~mayOpen == 0 else { return advanceOneByOne(quotes, boundaries) }
    isInside = parity >> 63 != 0
    previousIsBoundary = (boundaries | quotes) >> 63 != 0
    return parity
  }

  @inline(never)
  private mutating func advanceOneByOne(_ quotes: UInt64, _ boundaries: UInt64) -> UInt64 {
    var inside: UInt64 = 0
    var opened = 0
    var closed = -1
    var left = quotes
    while left != 0 {
      let i = left.trailingZeroBitCount
      left &= left &- 1
      if isInside {
        isInside = false
        closed = i
        inside |= ((UInt64(1) << UInt64(i)) &- 1) & (UInt64.max << UInt64(opened))
      } else {
        let atBoundary =
          i == 0 ? previousIsBoundary : (boundaries >> UInt64(i - 1)) & 1 != 0 || closed == i - 1
        if atBoundary {
          isInside = true
          opened = i
        }
      }
    }
    if isInside { inside |= UInt64.max << UInt64(opened) }
    previousIsBoundary = (!isInside && boundaries >> 63 != 0) || closed == 63
    return inside
  }
}
