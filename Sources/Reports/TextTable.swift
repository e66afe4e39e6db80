/// A table as aligned text for a terminal: a header, a rule, rows; numbers to the right. Control characters in
/// cells and headings are written out.
///
///     var table = TextTable(columns: [.left("segment"), .right("customers")])
///     table.append(["冠军", "1,204"])
///     print(table.text)
package struct TextTable: Sendable {
  package struct Heading: Sendable {
    package let title: String
    package let isRightAligned: Bool

    package static func left(_ title: String) -> Heading {
      Heading(title: visibleText(title), isRightAligned: false)
    }

    package static func right(_ title: String) -> Heading {
      Heading(title: visibleText(title), isRightAligned: true)
    }
  }

  package let headings: [Heading]
  package private(set) var rows: [[String]] = []
  /// Whether a rule is drawn before the last row, as for a total.
  package var hasTotalRow = false

  package init(columns headings: [Heading]) { self.headings = headings }

  /// Adds a row with one cell a column.
  package mutating func append(_ cells: [String]) {
    precondition(cells.count == headings.count, "a row has one cell a column")
    rows.append(cells.map(visibleText))
  }

  /// The table, each line ended by a newline.
  package var text: String {
    let widths = headings.indices.map { column in
      rows.reduce(displayWidth(headings[column].title)) { max($0, displayWidth($1[column])) }
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    var lines = [line(headings.map(\.title), widths), rule]
    for (index, row) in rows.enumerated() {
      if hasTotalRow && index == rows.count - 1 { lines.append(rule) }
      lines.append(line(row, widths))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - displayWidth(cell))
      line += headings[column].isRightAligned ? padding + cell : cell + padding
      if column < cells.count - 1 { line += "  " }
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
