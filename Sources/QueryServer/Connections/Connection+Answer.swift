import NIOCore
import QueryProtocol

extension Connection {
  /// Answers the requests in `bytes`, as far as this client may go, and sends the replies in one write; returns
  /// how many bytes it took. What must wait is left.
  func answer(
    _ raw: UnsafeRawBufferPointer, _ transport: any Transport, at now: NIODeadline
  ) -> Int {
    let base = loop.holder.current
    var time = now
    let hadPartial = partialSince != nil
    var requestCount = 0
    var position = 0
    var failure: ProtocolError?
    if transport.isWritable {
      do throws(ProtocolError) {
        requestCount = try answer(
          Span<UInt8>(_unsafeBytes: raw), &position, on: base, batch: &loop.batch, parser: &parser,
          session: &session, time: &time)
      } catch {
        failure = error
      }
    }
    if let failure { refuseInTurn(failure) }
    if parser.isMidRequest {
      if requestCount > 0 || !hadPartial { partialSince = time }
    } else {
      partialSince = nil
    }
    flush(transport)
    if position < raw.count || !waiting.isEmpty { goOnLater(transport) }
    return position
  }

  /// Answers requests until the bytes end or this client must wait; returns how many it took.
  ///
  /// Parser and session come in as this handler's own, borrowed for the whole batch: reached through the object
  /// they would be copied, with reference counts, for every request.
  private func answer(
    _ bytes: Span<UInt8>, _ position: inout Int, on base: CustomerBase,
    batch: inout RequestBatch, parser: inout RequestParser, session: inout Session,
    time: inout NIODeadline
  ) throws(ProtocolError) -> Int {
    var requestCount = 0
    while hasRoomForReplies && !isQueueFull && waitingFailure == nil {
      // A request behind AUTH may be longer than one before it: until then, one at a time.
      let limit = session.isAuthenticated ? RequestBatch.countMax : 1
      var failure: ProtocolError?
      batch.removeAll()
      do throws(ProtocolError) {
        try batch.fill(from: &parser, bytes, &position, limit: limit)
      } catch {
        failure = error
      }
      base.prefetch(for: batch)
      requestCount += batch.count
      for i in 0..<batch.count where !isEnding {
        if isQueryRunning || !waiting.isEmpty || !hasRoomForReplies {
          waitingByteCount += batch[i].byteCount
          waiting.append(batch[i])
        } else {
          run(batch[i], on: base, session: &session, time: &time)
        }
      }
      loop.shareTime(since: &time)
      if session.isAuthenticated {
        parser.requestByteCountMax = loop.service.limits.requestByteCountMax
      }
      if let failure { throw failure }
      if batch.count < limit { break }
    }
    return requestCount
  }

  /// Whether another request may be answered in this batch.
  private var hasRoomForReplies: Bool {
    !isEnding && loop.writer.buffer.count < Connection.batchByteCountMax
  }

  /// Bytes of replies that are gathered before they are sent.
  static let batchByteCountMax = 128 << 10

  /// Answers one request, or hands it to the workers.
  private func run(
    _ request: borrowing Request, on base: CustomerBase, session: inout Session,
    time: inout NIODeadline
  ) {
    if session.encoding == .line && !request.isLine { session.encoding = .resp2 }
    let (command, outcome) = session.run(request, on: base, loop.service, into: &loop.writer)
    switch outcome {
    case .replied: break
    case .repliedLast: isEnding = true
    case .deferred(let work):
      runningQuery = work
      hand(work, command ?? .query, arrival: time)
      return
    }
    if let command {
      // Requests of one kind share the time of them all: one look at the clock for each run of them.
      if let last = loop.samples.last, last.command != command { loop.shareTime(since: &time) }
      loop.samples.append(.init(command: command, nanoseconds: 0))
    } else {
      loop.counters.unknownCommandCount.increment()
    }
  }

  private func hand(_ work: DeferredRequest, _ command: Command, arrival: NIODeadline) {
    let bound = LoopBound(self, loop.executor)
    let statistics = loop.statistics
    loop.workers.run(work, arrival: arrival) { [executor = loop.executor] reply in
      let elapsed = NIODeadline.now().uptimeNanoseconds &- arrival.uptimeNanoseconds
      statistics.record(CollectionOfOne(.init(command: command, nanoseconds: elapsed)))
      executor.execute { bound.value.finish(reply) }
    }
  }

  /// Sends the reply of this client's query and goes on with what waited behind it.
  private func finish(_ reply: OutputQueue?) {
    runningQuery = nil
    lastActivity = .now()
    guard let transport else { return }
    guard let reply else { return closeNow() }
    loop.counters.bytesWrittenCount.increment(by: reply.byteCount)
    transport.send(reply)
    resume(transport)
  }

  /// Goes on with waiting requests, then with held bytes, then with reading.
  func resume(_ transport: any Transport) {
    if !waiting.isEmpty {
      let base = loop.holder.current
      var time = NIODeadline.now()
      while !isQueryRunning, transport.isWritable, hasRoomForReplies,
        let request = waiting.popFirst()
      {
        waitingByteCount -= request.byteCount
        run(request, on: base, session: &session, time: &time)
        if session.isAuthenticated {
          parser.requestByteCountMax = loop.service.limits.requestByteCountMax
        }
      }
      loop.shareTime(since: &time)
      flush(transport)
    }
    if let waitingFailure, waiting.isEmpty, !isQueryRunning {
      refuse(waitingFailure)
      flush(transport)
    } else if !held.isEmpty, waiting.isEmpty || isQueryRunning {
      let bytes = held
      held = []
      let taken = bytes.withUnsafeBytes { answer($0, transport, at: .now()) }
      if taken < bytes.count && !isEnding { held = taken == 0 ? bytes : Array(bytes[taken...]) }
    } else if !waiting.isEmpty && !isQueryRunning {
      goOnLater(transport)
    }
    if isReadHeld && !isPaused(transport) {
      isReadHeld = false
      transport.read()
    }
    endIfNothingIsLeft()
  }

  /// Another turn for this client once the others had theirs.
  private func goOnLater(_ transport: any Transport) {
    guard !isTurnScheduled, !isEnding, !isQueryRunning, transport.isWritable else { return }
    isTurnScheduled = true
    let bound = LoopBound(self, loop.executor)
    loop.executor.execute {
      bound.value.isTurnScheduled = false
      if let transport = bound.value.transport { bound.value.resume(transport) }
    }
  }

  /// Sends what the batch wrote, in one write.
  func flush(_ transport: any Transport) {
    if !loop.samples.isEmpty {
      loop.statistics.record(loop.samples)
      loop.removeSamples()
    }
    let byteCount = loop.writer.buffer.count
    if byteCount > 0 {
      transport.send(loop.writer.buffer)
      loop.writer.buffer.removeAll(keeping: LoopState.keptByteCount)
      loop.counters.bytesWrittenCount.increment(by: byteCount)
    }
    if isEnding { end(transport) }
  }
}
