import CYAML

/// A YAML text as libyaml's events, one after the other.
///
///     var parser = YAMLParser("rfm: {bins: 5}")
///     while try parser.next().content != .streamEnd {}
///
/// After an error there is no next event: libyaml would go on as if the text were complete.
struct YAMLParser: ~Copyable {
  // SAFETY: both are allocated and freed here and never leave this type. libyaml keeps the address of its parser
  // inside it, and reads the input until the last event: neither may move or go before the other.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter text: without a byte order mark. It is copied.
  init(_ text: String) {
    let count = text.utf8.count
    input = .allocate(capacity: max(1, count))
    _ = input.initialize(from: text.utf8)
    parser = .allocate(capacity: 1)
    // SAFETY: it fills in every field of the parser, and only fails where memory ends.
    precondition(yaml_parser_initialize(parser) == 1, "no memory for a parser of YAML")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; `.streamEnd` is the last.
  mutating func next() throws(YAMLError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    // SAFETY: the event owns its texts until here; YAMLEvent has copied them.
    defer { yaml_event_delete(&event) }
    return YAMLEvent(event)
  }

  private func failure() -> YAMLError {
    // SAFETY: the texts of a failure are literals in libyaml.
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
    switch parser.pointee.error {
    case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
      let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
      return YAMLError(
        context: context, problem: problem, place: .mark(YAMLMark(parser.pointee.problem_mark)))
    case YAML_READER_ERROR:
      return YAMLError(
        context: "", problem: problem, place: .byte(Int(parser.pointee.problem_offset)))
    default:
      return YAMLError(context: "", problem: problem, place: .mark(YAMLMark(parser.pointee.mark)))
    }
  }
}

/// A place as libyaml counts: lines and columns from 1, columns in Unicode scalars.
struct YAMLMark: Equatable {
  let line: Int
  let column: Int

  init(_ mark: yaml_mark_t) {
    line = Int(mark.line) + 1
    column = Int(mark.column) + 1
  }
}

/// Why a text is not YAML, in libyaml's words.
struct YAMLError: Error {
  enum Place {
    case mark(YAMLMark)
    /// Offset in the text's UTF-8.
    case byte(Int)
  }

  /// What was being read, with a colon; empty where libyaml does not say.
  let context: String
  let problem: String
  let place: Place
}

/// One event of a YAML text, with what of it matters here: tags and styles of collections do not.
struct YAMLEvent {
  enum Content: Equatable {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    /// Quoted texts and blocks are not plain.
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  let content: Content
  /// The name that aliases call this value by.
  let anchor: String?
  let mark: YAMLMark

  /// Copies the texts out of an event that is deleted afterwards.
  fileprivate init(_ event: yaml_event_t) {
    mark = YAMLMark(event.start_mark)
    let data = event.data
    // SAFETY: the type says which member of the union libyaml has filled in; texts end in a zero, and that of a
    // scalar has its length beside it, for it may hold zeros.
    switch event.type {
    case YAML_ALIAS_EVENT:
      content = .alias(String(cString: data.alias.anchor))
      anchor = nil
    case YAML_SCALAR_EVENT:
      let text = UnsafeBufferPointer(start: data.scalar.value, count: Int(data.scalar.length))
      content = .scalar(
        String(decoding: text, as: UTF8.self), isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      )
      anchor = data.scalar.anchor.map { String(cString: $0) }
    case YAML_SEQUENCE_START_EVENT:
      content = .sequenceStart
      anchor = data.sequence_start.anchor.map { String(cString: $0) }
    case YAML_MAPPING_START_EVENT:
      content = .mappingStart
      anchor = data.mapping_start.anchor.map { String(cString: $0) }
    default:
      content = YAMLEvent.boundary(event.type)
      anchor = nil
    }
  }

  private static func boundary(_ type: yaml_event_type_t) -> Content {
    switch type {
    case YAML_STREAM_START_EVENT: .streamStart
    case YAML_DOCUMENT_START_EVENT: .documentStart
    case YAML_DOCUMENT_END_EVENT: .documentEnd
    case YAML_SEQUENCE_END_EVENT: .sequenceEnd
    case YAML_MAPPING_END_EVENT: .mappingEnd
    default: .streamEnd
    }
  }
}
