import Columns
import Expressions
import JSONText

/// Commands that describe: the server, its commands, the snapshot's columns, a customer's scores.
extension Session {
  func help(_ request: Request, into writer: inout ReplyWriter) throws(ReplyError) {
    var commands = Command.allCases
    if request.count == 2 {
      guard let command = Command(request.argument(1)) else {
        throw ReplyError(
          .unknownCommand, "no command '\(shown(request.argument(1)))'; HELP lists them")
      }
      commands = [command]
    }
    writer.begin("commands")
    writer.beginArray(commands.count)
    for command in commands {
      writer.string("\(command.usage): \(command.summary)")
    }
    writer.endArray()
    writer.end()
  }

  /// COMMAND: what Redis clients ask at the start.
  func describeCommands(
    _ request: Request, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    var commands: [Command?] = Command.allCases
    if request.count == 2, request.argument(1, is: "COUNT") {
      writer.begin("count")
      writer.integer(commands.count)
      writer.end()
      return
    }
    let isDocumentation = request.count >= 2 && request.argument(1, is: "DOCS")
    guard request.count == 1 || isDocumentation || request.argument(1, is: "INFO") else {
      throw ReplyError(.wrongArguments, "COMMAND takes \(Command.command.arguments)")
    }
    guard request.count <= 2 + commands.count else {
      throw ReplyError(.limitExceeded, "COMMAND takes at most \(commands.count) names")
    }
    if request.count > 2 {
      commands = (2..<request.count).map { Command(request.argument($0)) }
    }
    if isDocumentation {
      writeDocumentation(of: commands.compactMap { $0 }, into: &writer)
      return
    }
    writer.begin("commands")
    writer.beginArray(commands.count)
    for command in commands {
      guard let command else {
        writer.null()
        continue
      }
      let takesIdentifiers = [.mget, .exists].contains(command)
      let isOnCustomer = [.get, .hgetall, .hget, .hmget, .explain].contains(command)
      let counts = command.argumentCounts
      writer.beginArray(10)
      writer.string("\(command.name)".lowercased())
      writer.integer(
        counts.lowerBound == counts.upperBound ? counts.lowerBound : -counts.lowerBound)
      writer.beginArray(1)
      writer.string("readonly")
      writer.endArray()
      writer.integer(takesIdentifiers || isOnCustomer ? 1 : 0)
      writer.integer(takesIdentifiers ? -1 : isOnCustomer ? 1 : 0)
      writer.integer(takesIdentifiers || isOnCustomer ? 1 : 0)
      // ACL categories, tips, key specifications, subcommands: Redis 7 gives them, and clients count on it.
      for _ in 0..<4 {
        writer.beginArray(0)
        writer.endArray()
      }
      writer.endArray()
    }
    writer.endArray()
    writer.end()
  }

  private func writeDocumentation(of commands: [Command], into writer: inout ReplyWriter) {
    writer.begin("commands")
    writer.beginMap(commands.count)
    for command in commands {
      writer.key("\(command.name)".lowercased())
      writer.beginMap(2)
      writer.key("summary")
      writer.string(command.summary)
      writer.key("arguments_text")
      writer.string(command.arguments)
      writer.endMap()
    }
    writer.endMap()
    writer.end()
  }

  /// SCHEMA: each column's name, type and whether it has nulls; then the tags that HAS TAG knows.
  func schema(of base: CustomerBase, into writer: inout ReplyWriter) {
    writer.begin("columns")
    let columns = base.frame.columns.map { ($0.name, $0.type.name, $0.validity != nil) }
    let tags = base.source.tagNames.map { ($0, "tag", false) }
    writer.beginArray(columns.count + tags.count)
    for (name, type, isNullable) in columns + tags {
      writer.beginMap(3)
      writer.key("name")
      writer.string(name)
      writer.key("type")
      writer.string(type)
      writer.key("nullable")
      writer.bool(isNullable)
      writer.endMap()
    }
    writer.endArray()
    writer.end()
  }

  /// EXPLAIN id.
  func explain(
    _ request: Request, on base: CustomerBase, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    guard let row = base.index.row(of: request.argument(1)) else {
      throw ReplyError(.notFound, "no customer '\(shown(request.argument(1)))' in \(base.name)")
    }
    var members = base.explanation(row: row)
    if let scorer = service.scorer {
      do { members = merged(members, try scorer.explain(row: row, in: base)) } catch {
        throw ReplyError(.unavailable, "\(error)")
      }
    }
    writer.reply(members: members)
  }

  /// SCORE name=value …, in any order.
  func score(
    _ request: Request, on base: CustomerBase, _ service: Service, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let customer = try UnseenCustomer(request, of: base)
    var members = base.scores(of: customer) ?? []
    if let scorer = service.scorer {
      do { members = merged(members, try scorer.score(customer, by: base)) } catch {
        throw ReplyError(.unavailable, "\(error)")
      }
    }
    guard !members.isEmpty else {
      throw ReplyError(
        .unavailable, "snapshot \(base.name) has no cuts by which an unseen customer is scored")
    }
    let assumptions = customer.assumptions
    if !assumptions.isEmpty { members.append(.init("assumed", .object(assumptions))) }
    writer.reply(members: members)
  }

  /// The members of both, a later one of the same name instead of an earlier one.
  private func merged(_ first: [JSON.Member], _ second: [JSON.Member]) -> [JSON.Member] {
    first.filter { member in !second.contains { $0.name == member.name } } + second
  }
}
