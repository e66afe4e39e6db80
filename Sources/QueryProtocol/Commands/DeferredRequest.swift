import Expressions

/// A request whose answer takes a scan, the disk, or other threads' numbers: it holds its snapshot, and runs
/// on any thread but an event loop's.
package struct DeferredRequest: Sendable {
  enum Work: Sendable {
    /// A whole query.
    case query(String)
    /// A condition, or nothing for all customers.
    case count(String)
    case segments(withDetails: Bool)
    case segment(name: String, limit: Int, after: [UInt8]?)
    case snapshots
    /// Sections of INFO by name, in small letters; none for all.
    case information(sections: Set<String>)
  }

  let work: Work
  package let base: CustomerBase
  let encoding: ReplyEncoding
  /// Stops the work at its deadline, or when the client is gone.
  let control: QueryControl
  var namesSnapshot = false

  /// Nobody waits for the answer any more.
  package func cancel() { control.cancel() }
}

extension Session {
  /// Reads the arguments of a command that is answered elsewhere.
  func deferred(
    _ command: Command, _ request: Request, on base: CustomerBase, _ limits: ServiceLimits
  ) throws(ReplyError) -> Outcome {
    let work: DeferredRequest.Work
    switch command {
    case .select: work = .query(try Session.tail(of: request, from: 0))
    case .query: work = .query(try Session.tail(of: request, from: 1))
    case .count: work = .count(try Session.tail(of: request, from: 1))
    case .segment: work = try Session.segmentPage(request, limits)
    case .segments:
      guard request.count == 1 || request.argument(1, is: "DETAILS") else {
        throw ReplyError(.wrongArguments, "SEGMENTS takes \(Command.segments.arguments)")
      }
      work = .segments(withDetails: request.count == 2)
    case .snapshots: work = .snapshots
    default: work = .information(sections: Session.sections(of: request))
    }
    let control = QueryControl(
      timeoutSeconds: limits.querySecondsMax, rowCountMax: limits.replyRowCountMax,
      cellCountMax: limits.replyCellCountMax, byteCountMax: limits.queryByteCountMax)
    return .deferred(
      DeferredRequest(work: work, base: base, encoding: encoding, control: control))
  }

  private static func tail(of request: Request, from index: Int) throws(ReplyError) -> String {
    guard let text = request.tail(from: index) else {
      throw ReplyError(.invalidText, "the query is not valid UTF-8")
    }
    return text
  }

  /// INFO [section …]: as in Redis, some names stand for all of them.
  private static func sections(of request: Request) -> Set<String> {
    let names = (1..<request.count).map { request.text($0)?.lowercased() ?? "" }
    let all = ["all", "everything", "default"]
    return names.contains { all.contains($0) } ? [] : Set(names)
  }

  /// SEGMENT name [LIMIT n] [AFTER cursor].
  private static func segmentPage(
    _ request: Request, _ limits: ServiceLimits
  ) throws(ReplyError) -> DeferredRequest.Work {
    guard let name = request.text(1) else {
      throw ReplyError(.invalidText, "the segment's name is not valid UTF-8")
    }
    var limit = min(1_000, limits.replyRowCountMax)
    var after: [UInt8]?
    var at = 2
    while at < request.count {
      if request.argument(at, is: "LIMIT"), at + 1 < request.count {
        guard let count = request.integer(at + 1), (1...limits.replyRowCountMax).contains(count)
        else {
          throw ReplyError(
            .limitExceeded, "LIMIT is a number from 1 to \(limits.replyRowCountMax)")
        }
        limit = count
      } else if request.argument(at, is: "AFTER"), at + 1 < request.count {
        after = request.argument(at + 1).withUnsafeBufferPointer { Array($0) }
      } else {
        throw ReplyError(.wrongArguments, "SEGMENT takes \(Command.segment.arguments)")
      }
      at += 2
    }
    return .segment(name: name, limit: limit, after: after)
  }
}
