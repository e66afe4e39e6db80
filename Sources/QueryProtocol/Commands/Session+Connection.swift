import JSONText

/// Commands about the connection itself.
extension Session {
  func ping(_ request: Request, into writer: inout ReplyWriter) {
    if request.count == 1 {
      writer.status("PONG")
    } else {
      echo(request, into: &writer)
    }
  }

  func echo(_ request: Request, into writer: inout ReplyWriter) {
    writer.begin("reply")
    writer.string(request.argument(1))
    writer.end()
  }

  /// AUTH token, or AUTH user token; the user may be any name.
  mutating func authenticate(
    _ request: Request, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    try authenticate(request.argument(request.count - 1), service)
    writer.status("OK")
  }

  private mutating func authenticate(
    _ candidate: Span<UInt8>, _ service: Service
  ) throws(ReplyError) {
    guard let token = service.token else {
      throw ReplyError(.wrongToken, "this server asks for no token; go on without AUTH")
    }
    guard token.matches(candidate) else {
      authenticationFailureCount += 1
      throw ReplyError(.wrongToken, "wrong token")
    }
    isAuthenticated = true
  }

  /// HELLO [version [AUTH user token] [SETNAME name]].
  mutating func hello(
    _ request: Request, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    var wanted: ReplyEncoding?
    if request.count > 1 {
      switch request.integer(1) {
      case 2: wanted = .resp2
      case 3: wanted = .resp3
      default:
        throw ReplyError(.unsupportedProtocol, "unsupported protocol version; it is 2 or 3")
      }
    }
    var newName: String?
    var at = 2
    while at < request.count {
      if request.argument(at, is: "AUTH"), at + 2 < request.count {
        try authenticate(request.argument(at + 2), service)
        at += 3
      } else if request.argument(at, is: "SETNAME"), at + 1 < request.count {
        newName = try Session.clientName(request, at + 1)
        at += 2
      } else {
        throw ReplyError(.wrongArguments, "HELLO takes \(Command.hello.arguments)")
      }
    }
    guard isAuthenticated else { throw Session.authenticationRequired }
    if let newName { name = newName }
    if let wanted, encoding != .line { encoding = wanted }
    writer.encoding = encoding
    writer.reply(members: [
      .init("server", "strata"), .init("version", .string(service.version)),
      .init("proto", JSON(encoding == .resp3 ? 3 : 2)), .init("id", JSON(id)),
      .init("mode", "standalone"), .init("role", "master"), .init("modules", []),
    ])
  }

  mutating func client(_ request: Request, into writer: inout ReplyWriter) throws(ReplyError) {
    if request.count == 2, request.argument(1, is: "ID") {
      writer.begin("id")
      writer.integer(id)
      writer.end()
    } else if request.count == 2, request.argument(1, is: "GETNAME") {
      writer.begin("name")
      if name.isEmpty { writer.null() } else { writer.string(name) }
      writer.end()
    } else if request.count == 2, request.argument(1, is: "INFO") {
      writer.begin("client")
      writer.string("id=\(id) name=\(name) resp=\(encoding == .resp3 ? 3 : 2)")
      writer.end()
    } else if request.count == 3, request.argument(1, is: "SETNAME") {
      name = try Session.clientName(request, 2)
      writer.status("OK")
    } else if request.count == 4, request.argument(1, is: "SETINFO") {
      // Client libraries tell their own name and version here, and do not mind that it is not kept.
      writer.status("OK")
    } else {
      throw ReplyError(.wrongArguments, "CLIENT takes \(Command.client.arguments)")
    }
  }

  private static func clientName(_ request: Request, _ index: Int) throws(ReplyError) -> String {
    guard let name = request.text(index), name.utf8.count <= 64,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw ReplyError(.wrongArguments, "a client's name is up to 64 letters without spaces")
    }
    return name
  }
}
