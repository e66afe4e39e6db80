import Expressions
import Yams

extension ConfigurationDocument {
  /// The file's one document as nodes; nil for an empty file. Problems of the YAML itself are thrown at once,
  /// for nothing after them can be trusted.
  func root() throws(ConfigurationError) -> ConfigurationNode? {
    try refuseManyAliases()
    let root: Yams.Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      report(error)
      try throwProblems()
      return nil
    }
    guard let root else { return nil }
    var count = 0
    let node = converted(root, depth: 1, &count)
    try throwProblems()
    return node
  }

  /// Aliases unfold exponentially when they stand in each other; so few of them cannot. What only looks like
  /// one, a star before a letter inside a text, is counted too.
  private func refuseManyAliases() throws(ConfigurationError) {
    var count = 0
    for (number, line) in lines.enumerated() {
      var before: Character = " "
      for (column, character) in line.enumerated() {
        if before == "*", character.isLetter || character.isNumber || character == "_" {
          count += 1
          if count > ConfigurationLimits.aliasCountMax {
            report(
              "more than \(ConfigurationLimits.aliasCountMax) aliases; write the values out "
                + "(and a space after each * that multiplies)",
              at: TextPosition(line: number + 1, column: column))
            return try throwProblems()
          }
        }
        before = character
      }
    }
  }

  private func position(_ mark: Mark?) -> TextPosition {
    TextPosition(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
  }

  private func converted(
    _ node: Yams.Node, depth: Int, _ count: inout Int
  ) -> ConfigurationNode {
    let place = position(node.mark)
    count += 1
    if depth > ConfigurationLimits.depthMax || count > ConfigurationLimits.nodeCountMax {
      let limit =
        depth > ConfigurationLimits.depthMax
        ? "nested deeper than \(ConfigurationLimits.depthMax) levels"
        : "the file holds more than \(ConfigurationLimits.nodeCountMax) values"
      if problems.isEmpty { report(limit, at: place) }
      return ConfigurationNode(.scalar("", isPlain: true), at: place)
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return ConfigurationNode(.scalar(scalar.string, isPlain: isPlain), at: place)
    case .sequence(let list):
      var elements: [ConfigurationNode] = []
      for element in list where problems.isEmpty {
        elements.append(converted(element, depth: depth + 1, &count))
      }
      return ConfigurationNode(.sequence(elements), at: place)
    case .mapping(let mapping):
      var entries: [ConfigurationNode.Entry] = []
      for (key, value) in mapping where problems.isEmpty {
        guard case .scalar(let name) = key else {
          report("a key is a text, not a list or a mapping", at: position(key.mark))
          continue
        }
        entries.append(
          ConfigurationNode.Entry(
            key: Located(name.string, at: position(key.mark)),
            value: converted(value, depth: depth + 1, &count)))
      }
      return ConfigurationNode(.mapping(entries), at: place)
    case .alias:
      report("an alias without its anchor", at: place)
      return ConfigurationNode(.scalar("", isPlain: true), at: place)
    }
  }

  private func report(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      report("\(context.map { "\($0.text): " } ?? "")\(problem)", at: position(mark))
    case .duplicatedKeysInMapping(let names, let context):
      reportDuplicate(names.first ?? "", first: position(context.mark))
    case .reader(let problem, let offset, _, _):
      report(problem, at: offset.map { position(ofCharacter: $0) })
    default:
      report("not YAML: \(error)", at: nil)
    }
  }

  /// The parser tells where a key stands first; where it stands again is found in the lines that follow.
  private func reportDuplicate(_ name: String, first: TextPosition) {
    let again = lines.indices.dropFirst(first.line).first { index in
      let rest = lines[index].dropFirst(first.column - 1)
      let isIndented = lines[index].prefix(first.column - 1).allSatisfy { " -?".contains($0) }
      return isIndented
        && [name, "'\(name)'", "\"\(name)\""].contains { key in
          rest.hasPrefix(key) && rest.dropFirst(key.count).drop { $0 == " " }.first == ":"
        }
    }
    if let again {
      report(
        "the key \(name) stands twice; first on line \(first.line)",
        at: TextPosition(line: again + 1, column: first.column))
    } else {
      report("the key \(name) stands twice in this mapping", at: first)
    }
  }

  private func position(ofCharacter offset: Int) -> TextPosition {
    let before = text.prefix(offset).split(omittingEmptySubsequences: false) { $0.isNewline }
    return TextPosition(line: max(1, before.count), column: (before.last?.count ?? 0) + 1)
  }
}
