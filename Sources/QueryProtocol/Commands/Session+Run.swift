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
      if writer.buffer.count - mark > service.limits.outputByteCountMax {
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
    guard command.argumentCounts.contains(request.count) else {
      throw ReplyError(
        .wrongArguments,
        "wrong number of arguments; it is: \(command.name) \(command.arguments)")
    }
    if request.isLine { try Session.checkText(of: request) }
    switch command {
    case .get where request.count == 2: profile(request, on: base, into: &writer)
    case .hgetall: hash(request, on: base, into: &writer)
    case .get: try someColumns(request, on: base, into: &writer)
    case .mget: try profiles(request, on: base, service.limits, into: &writer)
    case .hget: try hashField(request, on: base, into: &writer)
    case .hmget: try hashFields(request, on: base, into: &writer)
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

  /// Lines are text: what is not valid UTF-8, or holds a NUL, is refused before it can reach a reply.
  private static func checkText(of request: Request) throws(ReplyError) {
    if let at = request.firstInvalidByte {
      throw ReplyError(
        .invalidText, "the line is not valid UTF-8 text without NULs, at byte \(at)")
    }
  }

  static let authenticationRequired = ReplyError(
    .authenticationRequired, "authentication required; send AUTH token first")

  private func unknownCommand(_ request: Request) -> ReplyError {
    let name = shown(request.argument(0))
    let nearest = nearestName(to: name.uppercased(), in: Command.allCases.map { "\($0.name)" })
    return ReplyError(
      .unknownCommand,
      "unknown command '\(name)'; \(nearest.map { "did you mean \($0)? " } ?? "")HELP lists them")
  }
}

/// Bytes of a client as they may stand in a message: at most 40 characters, repaired, on one line.
func shown(_ bytes: Span<UInt8>) -> String {
  let part = bytes.extracting(first: 160)
  let text = part.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  return String(text.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : Character($0) })
}

/// The name with the fewest edits from `name`; nil when even that takes more than a third of its letters.
func nearestName(to name: String, in names: [String]) -> String? {
  let wanted = Array(name.utf8.prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in names {
    let distance = editDistance(wanted, Array(candidate.utf8.prefix(64)))
    if distance < (best?.distance ?? .max) { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(2, wanted.count / 3), best.distance < wanted.count else {
    return nil
  }
  return best.name
}

/// Insertions, deletions and replacements that make one word the other (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
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
