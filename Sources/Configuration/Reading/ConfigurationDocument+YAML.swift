import Expressions

extension ConfigurationDocument {
  /// The file's one document as nodes; nil for an empty file. Problems of the YAML itself are thrown at once,
  /// for nothing after them can be trusted.
  func root() throws(ConfigurationError) -> ConfigurationNode? {
    try refuseManyDirectives()
    var composer = YAMLComposer(text, lines: lines)
    do throws(YAMLComposer.Failure) {
      return try composer.document()
    } catch {
      report(error.message, at: error.position)
      try throwProblems()
      return nil
    }
  }

  /// libyaml compares each directive with all before it, and does nothing else until they end.
  private func refuseManyDirectives() throws(ConfigurationError) {
    var count = 0
    for (index, line) in lines.enumerated() where line.utf8.first == UInt8(ascii: "%") {
      count += 1
      if count > ConfigurationLimits.directiveCountMax {
        report(
          "more than \(ConfigurationLimits.directiveCountMax) lines that start with %; "
            + "a configuration needs none",
          at: TextPosition(line: index + 1, column: 1))
        return try throwProblems()
      }
    }
  }
}
