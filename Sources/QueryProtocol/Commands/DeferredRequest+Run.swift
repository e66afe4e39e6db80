import Columns
import Expressions
import JSONText

extension DeferredRequest {
  /// Answers into `writer`; `secondsLeft` is what the client's deadline leaves.
  ///
  /// Never throws: what goes wrong becomes the reply. A reply past the output limit is replaced by an error.
  package func run(_ service: Service, secondsLeft: Double, into writer: inout ReplyWriter) {
    writer.encoding = encoding
    writer.snapshotName = namesSnapshot ? base.name : nil
    let mark = writer.buffer.count
    do throws(ReplyError) {
      try answer(service, secondsLeft: secondsLeft, into: &writer)
      if writer.buffer.count - mark > service.limits.replyByteCountMax {
        throw ReplyError.replyTooLarge(service.limits)
      }
    } catch {
      writer.buffer.truncate(to: mark)
      writer.error(error)
    }
    writer.snapshotName = nil
  }

  private func answer(
    _ service: Service, secondsLeft: Double, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    guard secondsLeft > 0 else {
      throw ReplyError(
        .deadlineExceeded,
        "the server was busy for the \(service.limits.querySecondsMax) s that a query may take")
    }
    switch work {
    case .query(let text):
      try runQuery(text, service, into: &writer)
    case .count(let condition):
      try runCount(condition, into: &writer)
    case .segments(let withDetails): try writeSegments(withDetails: withDetails, into: &writer)
    case .segment(let name, let limit, let after):
      try writeSegment(name, limit: limit, after: after, service.limits, into: &writer)
    case .snapshots: try writeSnapshots(service.host, into: &writer)
    case .information(let sections):
      writeInformation(of: sections, service.host, into: &writer)
    }
  }

  /// Each segment's number of customers; with details an object that also has what the record says of it: its
  /// label, its rule, and what whoever acts on it wants to know.
  private func writeSegments(
    withDetails: Bool, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let segments = try catalog()
    writer.begin("segments")
    writer.beginMap(segments.counts.count)
    for (code, count) in segments.counts.enumerated() {
      writer.key(segments.names[code])
      if withDetails {
        let said = base.segmentRecord(named: segments.names[code])?.objectValue ?? []
        let members = [.init("count", JSON(count))] + said.filter { $0.name != "name" }
        writer.value(.object(members))
      } else {
        writer.integer(count)
      }
    }
    writer.endMap()
    writer.end()
  }

  /// A page of ids; its cursor is the page's last id, so that it means the same in every snapshot.
  private func writeSegment(
    _ name: String, limit: Int, after: [UInt8]?, _ limits: ServiceLimits,
    into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let segments = try catalog()
    guard let code = segments.code(of: name) else {
      let hint = NearestName.hint(name, among: segments.names.array)
      throw ReplyError(
        .unknownSegment,
        "no segment '\(shown(Array(name.utf8).span))'\(hint) (SEGMENTS lists them)")
    }
    var start = 0
    if let after {
      guard let row = base.rowAfter(after.span) else {
        throw ReplyError(
          .unknownCursor,
          "the cursor's customer is not in snapshot \(base.name); begin again without AFTER")
      }
      start = row
    }
    let (rows, hasMore) = segments.rows(ofCode: code, from: start, limit: limit)
    writer.beginMembers(4)
    writer.key("segment")
    writer.string(name)
    writer.key("count")
    writer.integer(segments.counts[code])
    writer.key("ids")
    writer.beginArray(rows.count)
    let mark = writer.buffer.count
    for (i, row) in rows.enumerated() {
      if i % QueryLimits.checkedCount == 0 { try checkControl() }
      writer.identifier(base.identifiers, row)
      try writer.checkReply(from: mark, limits)
    }
    writer.endArray()
    writer.key("cursor")
    if hasMore, let last = rows.last {
      writer.identifier(base.identifiers, last)
    } else {
      writer.null()
    }
    writer.end()
  }

  private func catalog() throws(ReplyError) -> SegmentCatalog {
    guard let segments = base.segments else {
      throw ReplyError(.unavailable, "snapshot \(base.name) has no segments; score with a taxonomy")
    }
    return segments
  }

  private func writeSnapshots(
    _ host: any ServiceHost, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    let snapshots: [JSON]
    do { snapshots = try host.snapshots() } catch {
      throw ReplyError(.unavailable, "the store cannot be read: \(error)")
    }
    writer.begin("snapshots")
    writer.value(.array(snapshots))
    writer.end()
  }

  /// In RESP the text that Redis' clients parse: `# Title`, then `name:value` lines.
  private func writeInformation(
    of asked: Set<String>, _ host: any ServiceHost, into writer: inout ReplyWriter
  ) {
    let sections = host.information(on: base).filter {
      asked.isEmpty || asked.contains($0.title.lowercased())
    }
    if encoding == .line {
      writer.reply(
        members: sections.map { .init($0.title.lowercased(), .object($0.members)) })
      return
    }
    var text = ReplyBuffer()
    for section in sections {
      if text.count > 0 { text.append("\r\n") }
      text.append("# \(section.title)\r\n")
      for member in section.members {
        text.append("\(member.name):")
        text.append(informationValue: member.value)
        text.append("\r\n")
      }
    }
    writer.begin("info")
    writer.string(text.span)
    writer.end()
  }
}

extension ReplyBuffer {
  /// Text bare, an object as `name=value,name=value`, the rest as JSON.
  fileprivate mutating func append(informationValue value: JSON) {
    switch value {
    case .string(let text): append(text)
    case .object(let members):
      for (i, member) in members.enumerated() {
        append("\(i > 0 ? "," : "")\(member.name)=")
        append(informationValue: member.value)
      }
    default: append(json: value)
    }
  }
}

extension ReplyWriter {
  /// A customer's id.
  mutating func identifier(_ identifiers: StringTable, _ row: Int) {
    let bytes = identifiers.utf8(at: row)
    string(Span(_unsafeElements: bytes))
  }
}
