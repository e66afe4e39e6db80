/// A place in a file: 1-based line and column, the column in characters.
package struct TextPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package var description: String { "\(line):\(column)" }

  package static func < (a: TextPosition, b: TextPosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}

/// Where the parts of an expression's text stand in the file that it was taken from.
///
/// A text over several lines, or one whose quotes were taken off, has a piece for each stretch that stands
/// together in the file.
package struct TextPlaces: Sendable, Equatable {
  package struct Piece: Sendable, Equatable {
    /// First byte of the piece in the expression's text.
    package let byteOffset: Int
    package let position: TextPosition

    package init(byteOffset: Int, position: TextPosition) {
      self.byteOffset = byteOffset
      self.position = position
    }
  }

  /// At least one, the first at byte 0, rising.
  package let pieces: [Piece]

  package init(_ pieces: [Piece]) {
    precondition(pieces.first?.byteOffset == 0, "a text starts somewhere")
    self.pieces = pieces
  }

  /// Where the text begins.
  package var start: TextPosition { pieces[0].position }

  /// The place of a byte of `text`, which is the text that the pieces are of.
  package func position(ofByte byteOffset: Int, in text: String) -> TextPosition {
    let piece = pieces.last { $0.byteOffset <= byteOffset } ?? pieces[0]
    let bytes = Array(text.utf8).dropFirst(piece.byteOffset)
      .prefix(byteOffset - piece.byteOffset)
    let characters = String(decoding: bytes, as: UTF8.self).count
    return TextPosition(
      line: piece.position.line, column: piece.position.column + characters)
  }
}
