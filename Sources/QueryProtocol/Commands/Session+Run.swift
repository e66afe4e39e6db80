import Expressions

extension Session {
  /// Answers one request into `writer`, or says that the answer takes a scan.
  ///
  /// Never traps and never throws, whatever the request holds: what is wrong with it becomes the reply.
  package mutating func run(
    _ request: Request, on base: CustomerBase, _ service: Service, into writer: inout ReplyWriter
  ) -> (command: Command?, outcome: Outcome) {
    writer.encoding = encoding
    writer.snapshotName = nil
    guard let command = Command(request.argument(0)) else {
      writer.error(isAuthenticated ? unknownCommand(request) : Session.authenticationRequired)
      return (nil, .replied)
    }
    let mark = writer.buffer.count
    do throws(ReplyError) {
      let outcome = try answer(command, request, on: base, service, into: &writer)
      if writer.buffer.count - mark > service.limits.replyByteCountMax {
        throw ReplyError.replyTooLarge(service.limits)
      }
      return (command, outcome)
    } catch {
      writer.buffer.truncate(to: mark)
      writer.error(error)
      let isLast = authenticationFailureCount >= service.limits.authenticationFailureCountMax
      return (command, isLast && !isAuthenticated ? .repliedLast : .replied)
    }
  }

  private mutating func answer(
    _ command: Command, _ request: Request, on base: CustomerBase, _ service: Service,
    into writer: inout ReplyWriter
  ) throws(ReplyError) -> Outcome {
    guard isAuthenticated || command.isOpen else { throw Session.authenticationRequired }
    if request.isLine { try Session.checkText(of: request, command) }
    guard command.argumentCounts.contains(request.count) else {
      throw ReplyError(
        .wrongArguments, "wrong number of arguments; it is: \(command.usage)")
    }
    switch command {
    case .get where request.count == 2: profile(request, on: base, into: &writer)
    case .hgetall: hash(request, on: base, into: &writer)
    case .get: try someColumns(request, on: base, into: &writer)
    case .mget: try profiles(request, on: base, service.limits, into: &writer)
    case .hget: try hashField(request, on: base, into: &writer)
    case .hmget: try hashFields(request, on: base, service.limits, into: &writer)
    case .exists: try exists(request, on: base, service.limits, into: &writer)
    case .dbsize:
      writer.begin("count")
      writer.integer(base.rowCount)
      writer.end()
    case .ping: ping(request, into: &writer)
    case .echo: echo(request, into: &writer)
    case .hello: try hello(request, service, into: &writer)
    case .auth: try authenticate(request, service, into: &writer)
    case .client: try client(request, into: &writer)
    case .command: try describeCommands(request, into: &writer)
    case .help: try help(request, into: &writer)
    case .schema: schema(of: base, into: &writer)
    case .explain: try explain(request, on: base, service, into: &writer)
    case .score: try score(request, on: base, service, into: &writer)
    case .named: return try named(request, on: base, service, into: &writer)
    case .quit:
      writer.status("OK")
      return .repliedLast
    case .select:
      if request.count == 2, let number = request.integer(1) {
        guard number == 0 else {
          throw ReplyError(.wrongArguments, "DB index is out of range; there is only 0")
        }
        writer.status("OK")
        return .replied
      }
      return try deferred(command, request, on: base, service.limits)
    case .query, .count, .segments, .segment, .snapshots, .info:
      return try deferred(command, request, on: base, service.limits)
    }
    return .replied
  }

  /// NAMED: runs the rest of the request with the snapshot's name in its reply.
  private mutating func named(
    _ request: Request, on base: CustomerBase, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) -> Outcome {
    var inner = request
    inner.removeFirst(1)
    guard let command = Command(inner.argument(0)), command != .named else {
      throw ReplyError(.wrongArguments, "NAMED takes a command: NAMED GET c1")
    }
    writer.snapshotName = base.name
    defer { writer.snapshotName = nil }
    var outcome = try answer(command, inner, on: base, service, into: &writer)
    if case .deferred(var work) = outcome {
      work.namesSnapshot = true
      outcome = .deferred(work)
    }
    return outcome
  }

  /// Lines are text: what is not valid UTF-8, or holds a NUL, is refused before it can reach a reply, and so is
  /// an argument that begins with a double quote and is no JSON string.
  private static func checkText(of request: Request, _ command: Command) throws(ReplyError) {
    if let at = request.firstInvalidByte {
      throw ReplyError(
        .invalidText, "the line is not valid UTF-8 text without NULs, at byte \(at)")
    }
    guard let at = request.malformedQuoteAt else { return }
    switch command {
    case .select, .query, .count: return  // What follows is taken as it stands.
    case .named: return  // The command that it names says it.
    default:
      throw ReplyError(
        .invalidText,
        "the argument at byte \(at) begins with a double quote and is no JSON string; end it with "
          + "a quote and a space, and write \\\" and \\\\ within it")
    }
  }

  static let authenticationRequired = ReplyError(
    .authenticationRequired, "authentication required; send AUTH token first")

  private func unknownCommand(_ request: Request) -> ReplyError {
    let name = shown(request.argument(0))
    let hint = NearestName.hint(name, among: Command.allCases.map { "\($0.name)" })
    return ReplyError(.unknownCommand, "unknown command '\(name)'\(hint) (HELP lists them)")
  }
}

/// Bytes of a client as they may stand in a message: at most 40 characters, repaired, on one line.
func shown(_ bytes: Span<UInt8>) -> String {
  let part = bytes.extracting(first: 160)
  let text = part.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  return String(text.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : Character($0) })
}

extension Request {
  /// Where a line stops being valid UTF-8 without NULs; nil when all of it is.
  var firstInvalidByte: Int? {
    var hasHighByte = false
    for at in 0..<lineByteCount {
      if bytes[at] == 0 { return at }
      if bytes[at] >= 0x80 { hasHighByte = true }
    }
    guard hasHighByte else { return nil }
    guard String(validating: bytes[..<lineByteCount], as: UTF8.self) == nil else { return nil }
    // The longest valid prefix ends where the first character that decodes to a repair starts.
    var low = 0
    for end in 1...lineByteCount
    where String(validating: bytes[low..<end], as: UTF8.self) != nil {
      low = end
    }
    return low
  }
}
