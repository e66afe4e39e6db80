import Expressions

/// The text of a configuration file, and what was found wrong with it so far.
final class ConfigurationDocument {
  let path: String
  let text: String
  let lines: [Substring]
  private(set) var problems: [ConfigurationProblem] = []

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
  }

  func report(_ message: String, at position: TextPosition?) {
    problems.append(ConfigurationProblem(message, at: position))
  }

  /// Throws everything that was reported, in the file's order. Those that a report shows get their lines, which
  /// may be long, only here.
  func throwProblems() throws(ConfigurationError) {
    if problems.isEmpty { return }
    let start = TextPosition(line: 0, column: 0)
    var sorted = problems.enumerated().sorted {
      ($0.element.position ?? start, $0.offset) < ($1.element.position ?? start, $1.offset)
    }.map(\.element)
    for index in sorted.indices.prefix(ConfigurationLimits.problemCountMax) {
      sorted[index] = ConfigurationProblem(
        sorted[index].message, at: sorted[index].position, in: lines)
    }
    throw ConfigurationError(path: path, problems: sorted)
  }

  /// Where the lines of a scalar's text stand. The parser tells where the scalar begins; quotes, the
  /// indentation of blocks and folded lines are found by looking for the text's parts from there on.
  func places(of scalar: String, at start: TextPosition) -> TextPlaces {
    var pieces: [TextPlaces.Piece] = []
    var rest = scalar[...]
    var lineNumber = start.line
    while lineNumber <= min(lines.count, start.line + 1_000), !rest.isEmpty {
      var line = lines[lineNumber - 1]
      if lineNumber == start.line { line = line.dropFirst(start.column - 1) }
      if let (range, isWhole) = match(line, rest) {
        let column = lines[lineNumber - 1].distance(
          from: lines[lineNumber - 1].startIndex, to: range.lowerBound)
        let byteOffset = scalar.utf8.distance(from: scalar.startIndex, to: rest.startIndex)
        pieces.append(
          TextPlaces.Piece(
            byteOffset: byteOffset, position: TextPosition(line: lineNumber, column: column + 1)))
        rest = rest.dropFirst(line[range].count)
        if isWhole { break }
        rest = rest.drop { $0.isWhitespace }
      } else if !pieces.isEmpty, !line.allSatisfy(\.isWhitespace) {
        break
      }
      lineNumber += 1
    }
    if pieces.first?.byteOffset != 0 {
      return TextPlaces([TextPlaces.Piece(byteOffset: 0, position: start)])
    }
    return TextPlaces(pieces)
  }

  /// Where in `line` the text stands: all that is left of it, or its next part up to the line's end.
  private func match(
    _ line: Substring, _ text: Substring
  ) -> (Range<Substring.Index>, isWhole: Bool)? {
    for index in line.indices.prefix(4_096) {
      let tail = line[index...]
      if tail.first?.isWhitespace == true { continue }
      if tail.hasPrefix(text) {
        return (index..<line.index(index, offsetBy: text.count), true)
      }
      let trimmed = trimmedEnd(tail)
      if !trimmed.isEmpty, text.hasPrefix(trimmed) {
        return (index..<trimmed.endIndex, false)
      }
      // Past quotes and block indicators nothing but the text itself can begin.
      if tail.first?.isLetter == true || tail.first?.isNumber == true { return nil }
    }
    return nil
  }

  private func trimmedEnd(_ text: Substring) -> Substring {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
