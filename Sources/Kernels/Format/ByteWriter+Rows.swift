/// How cells and rows are put together; see `ByteWriter.append(rows:of:style:selection:)`.
package struct RowStyle: Sendable {
  /// JSON: texts and dates in double quotes with escapes, nulls as `null`. Otherwise RFC 4180: texts quoted
  /// where they must be, nulls empty.
  package let isJSON: Bool
  /// What ends a row: the newline, and in JSON the brace before it.
  package let end: StaticString

  package init(isJSON: Bool, end: StaticString) {
    self.isJSON = isJSON
    self.end = end
  }
}

extension ByteWriter {
  /// Writes rows of columns: for each cell its lead and its text, then the style's end.
  ///
  /// `selection`, one bit a row of the whole column, leaves out rows whose bit is 0. Cost on one thread: about
  /// 4 ns a cell of dates, numbers, amounts and short texts.
  package mutating func append(
    rows: Range<Int>, of cells: [CellSource], style: RowStyle,
    selection: UnsafePointer<UInt64>? = nil
  ) {
    let end = UnsafeBufferPointer(start: style.end.utf8Start, count: style.end.utf8CodeUnitCount)
    // Flat cells take at most 40 bytes each, with what stands before them.
    let flatByteCount = cells.reduce(end.count) { $0 + 40 + $1.lead.count }
    let isJSON = style.isJSON
    let dates = DateTable.entries
    var states = cells.map(CellState.init)
    // Room is made, and texts are looked through, for a few rows at a time.
    let stepRowCount = 256
    cells.withUnsafeBufferPointer { cells in
      states.withUnsafeMutableBufferPointer { states in
        var row = rows.lowerBound
        while row < rows.upperBound {
          let step = row..<min(row + stepRowCount, rows.upperBound)
          var byteCount = flatByteCount * step.count + cellSlackByteCount
          for index in cells.indices where cells[index].offsets != nil {
            byteCount += states[index].textByteCountMax(cells[index], step)
            states[index].isPlain = cells[index].isPlainText(step, isJSON: isJSON)
          }
          reserve(byteCount)
          // The place is kept in a register: through `count` every byte would be a load and a store more.
          var out = base + count
          while row < step.upperBound {
            if let selection, (selection[row &>> 6] &>> UInt64(row & 63)) & 1 == 0 {
              row &+= 1
              continue
            }
            for index in cells.indices {
              // SAFETY: leads are aligned buffers, of which 64 bytes can be read.
              let lead = cells[index].lead
              out = putReadable(lead.baseAddress.unsafelyUnwrapped, lead.count, at: out)
              out = putCell(cells[index], row, isJSON, states[index], dates, at: out)
            }
            out = putBytes(end, at: out)
            row &+= 1
          }
          count = out - base
        }
      }
    }
  }

  /// A CSV field in quotes, quotes inside doubled.
  package mutating func appendQuotedCSV(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(text.count * 2 + 2)
    count = putQuotedCSV(text, at: base + count) - base
  }

  /// A JSON string of valid UTF-8: quotes, backslashes and control characters escaped.
  package mutating func appendQuotedJSON(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(text.count * 6 + 2)
    count = putQuotedJSON(text, at: base + count) - base
  }
}

/// Whether a CSV field must stand in quotes: it holds a comma, a quote or a line end, or has a space at an end.
package func needsCSVQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  if text.first == 0x20 || text.last == 0x20 { return true }
  for byte in text where byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D {
    return true
  }
  return false
}
