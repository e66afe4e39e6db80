import Expressions

/// Puts the nodes of a configuration file together from YAML's events; stops at the first thing that is wrong, for
/// nothing after it can be trusted.
struct YAMLComposer: ~Copyable {
  /// What is wrong with the YAML, and where.
  struct Failure: Error {
    let message: String
    let position: TextPosition
  }

  /// A value, and how much unfolds where an alias stands for it.
  private struct Value {
    let node: ConfigurationNode
    /// Itself and all that it holds.
    var valueCount = 1
    /// 1 for a scalar.
    var levelCount = 1
  }

  private let text: String
  private var parser: YAMLParser
  private var positions: YAMLPositions
  private var anchors: [String: Value] = [:]
  private var valueCount = 0
  private var aliasCount = 0

  /// - Parameters:
  ///   - text: of the file, without a byte order mark.
  ///   - lines: the same, split.
  init(_ text: String, lines: [Substring]) {
    self.text = text
    parser = YAMLParser(text)
    positions = YAMLPositions(lines)
  }

  /// The one document of the file; nil where there is none. Called once.
  mutating func document() throws(Failure) -> ConfigurationNode? {
    var event = try next()
    while event.content == .streamStart { event = try next() }
    if event.content == .streamEnd { return nil }
    let root = try value(try next(), depth: 1)
    var end = try next()
    while end.content == .documentEnd { end = try next() }
    if end.content != .streamEnd {
      throw failure(
        "expected a single document in the stream: but found another document; take the --- out",
        at: end)
    }
    return root.node
  }

  private mutating func next() throws(Failure) -> YAMLEvent {
    do throws(YAMLError) {
      return try parser.next()
    } catch {
      let position =
        switch error.place {
        case .mark(let mark): positions.position(mark)
        case .byte(let offset): YAMLPositions.position(ofByte: offset, in: text)
        }
      throw Failure(message: error.context + error.problem + error.advice, position: position)
    }
  }

  private mutating func failure(_ message: String, at event: YAMLEvent) -> Failure {
    Failure(message: message, position: positions.position(event.mark))
  }

  private mutating func value(_ event: YAMLEvent, depth: Int) throws(Failure) -> Value {
    try admit(valueCount: 1, depth: depth, event)
    let position = positions.position(event.mark)
    var value: Value
    switch event.content {
    case .alias(let name):
      value = try aliased(name, event)
      // The alias itself is admitted already.
      try admit(valueCount: value.valueCount - 1, depth: depth + value.levelCount - 1, event)
      return value
    case .scalar(let text, let isPlain):
      value = Value(node: ConfigurationNode(.scalar(text, isPlain: isPlain), at: position))
    case .sequenceStart:
      value = try sequence(at: position, depth: depth)
    default:
      value = try mapping(at: position, depth: depth)
    }
    // Only what is complete can be called: a list cannot stand in itself.
    if let anchor = event.anchor { anchors[anchor] = value }
    return value
  }

  /// Refuses what goes beyond the limits, before it is read.
  private mutating func admit(valueCount count: Int, depth: Int, _ event: YAMLEvent) throws(Failure)
  {
    valueCount += count
    if depth > ConfigurationLimits.depthMax {
      throw failure("nested deeper than \(ConfigurationLimits.depthMax) levels", at: event)
    }
    if valueCount > ConfigurationLimits.nodeCountMax {
      throw failure(
        "the file holds more than \(ConfigurationLimits.nodeCountMax) values", at: event)
    }
  }

  private mutating func aliased(_ name: String, _ event: YAMLEvent) throws(Failure) -> Value {
    aliasCount += 1
    if aliasCount > ConfigurationLimits.aliasCountMax {
      throw failure(
        "more than \(ConfigurationLimits.aliasCountMax) aliases; write the values out", at: event)
    }
    guard let value = anchors[name] else {
      throw failure(
        "found undefined alias; &\(shortened(name)) stands before the value that "
          + "*\(shortened(name)) is to repeat, and a text that starts with * needs quotes",
        at: event)
    }
    return value
  }

  private mutating func sequence(at position: TextPosition, depth: Int) throws(Failure) -> Value {
    var elements: [ConfigurationNode] = []
    var (valueCount, levelCount) = (1, 0)
    while true {
      let event = try next()
      if event.content == .sequenceEnd { break }
      let element = try value(event, depth: depth + 1)
      elements.append(element.node)
      valueCount += element.valueCount
      levelCount = max(levelCount, element.levelCount)
    }
    return Value(
      node: ConfigurationNode(.sequence(elements), at: position), valueCount: valueCount,
      levelCount: levelCount + 1)
  }

  private mutating func mapping(at position: TextPosition, depth: Int) throws(Failure) -> Value {
    var entries: [ConfigurationNode.Entry] = []
    var lineOfKey: [String: Int] = [:]
    var (valueCount, levelCount) = (1, 0)
    while true {
      let event = try next()
      if event.content == .mappingEnd { break }
      let key = try self.key(event)
      let line = positions.position(event.mark).line
      if let first = lineOfKey.updateValue(line, forKey: key.value) {
        throw failure(
          "the key \(shortened(key.value)) stands twice; first on line \(first)", at: event)
      }
      let entry = try value(try next(), depth: depth + 1)
      entries.append(ConfigurationNode.Entry(key: key, value: entry.node))
      valueCount += entry.valueCount
      levelCount = max(levelCount, entry.levelCount)
    }
    return Value(
      node: ConfigurationNode(.mapping(entries), at: position), valueCount: valueCount,
      levelCount: levelCount + 1)
  }

  /// The text of a key, which may be an alias too.
  private mutating func key(_ event: YAMLEvent) throws(Failure) -> Located<String> {
    switch event.content {
    case .scalar(let text, let isPlain):
      let position = positions.position(event.mark)
      if let anchor = event.anchor {
        anchors[anchor] = Value(
          node: ConfigurationNode(.scalar(text, isPlain: isPlain), at: position))
      }
      return Located(text, at: position)
    case .alias(let name):
      let node = try aliased(name, event).node
      if let text = node.text { return Located(text, at: node.position) }
    default: break
    }
    throw failure("a key is a text, not a list or a mapping", at: event)
  }
}
