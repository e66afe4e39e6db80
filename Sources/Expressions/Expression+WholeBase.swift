extension Expression {
  /// The calls of functions of the whole base (`rank(x)`, `quantile(x, p)`, …), each as an expression of its own: as
  /// written, in order, and once.
  package var wholeBaseCalls: [Expression] {
    var found: [Expression] = []
    func visit(_ syntax: Syntax) {
      if syntax.isAggregate || syntax.isWholeBaseColumn {
        if let text = callText(from: syntax.byteOffset),
          !found.contains(where: { $0.text == text }),
          let call = try? Expression.parse(text)
        {
          found.append(call)
        }
        return
      }
      for child in syntax.children { visit(child) }
    }
    visit(syntax)
    return found
  }

  /// The text of a call that begins at a byte: up to the parenthesis that closes it.
  private func callText(from start: Int) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.indices.contains(start) else { return nil }
    var depth = 0
    var quote: UInt8?
    for i in start..<bytes.count {
      let byte = bytes[i]
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return String(decoding: bytes[start...i], as: UTF8.self) }
      default: break
      }
    }
    return nil
  }
}
