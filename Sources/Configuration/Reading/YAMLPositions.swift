import Expressions

/// Turns libyaml's places into those of a file's characters: it counts Unicode scalars, of which a letter with its
/// accents or a flag has several. Places that rise within a line are found in one walk over it.
struct YAMLPositions {
  private let lines: [Substring]
  /// The line that is walked over, from 1; nil before the first.
  private var line: Int?
  private var isASCII = true
  private var index: Substring.Index
  private var scalarCount = 0
  private var characterCount = 0

  /// - Parameter lines: of the file, without their ends.
  init(_ lines: [Substring]) {
    self.lines = lines
    index = "".startIndex
  }

  mutating func position(_ mark: YAMLMark) -> TextPosition {
    guard lines.indices.contains(mark.line - 1) else {
      return TextPosition(line: mark.line, column: mark.column)
    }
    let text = lines[mark.line - 1]
    if line != mark.line || scalarCount > mark.column - 1 {
      if line != mark.line { isASCII = text.utf8.allSatisfy { $0 < 0x80 } }
      line = mark.line
      index = text.startIndex
      (scalarCount, characterCount) = (0, 0)
    }
    if isASCII { return TextPosition(line: mark.line, column: mark.column) }
    while index < text.endIndex {
      let count = text[index].unicodeScalars.count
      if scalarCount + count > mark.column - 1 { break }
      text.formIndex(after: &index)
      scalarCount += count
      characterCount += 1
    }
    return TextPosition(line: mark.line, column: characterCount + 1)
  }

  /// The place of a byte of the file's UTF-8.
  static func position(ofByte offset: Int, in text: String) -> TextPosition {
    let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0.isNewline }
    return TextPosition(line: max(1, before.count), column: (before.last?.count ?? 0) + 1)
  }
}
