#if os(Linux)
  import Glibc
  import NIOCore
  import QueryProtocol

  /// A client on a plain socket, read and written without blocking.
  ///
  /// Replies go to the socket at once; what it does not take waits in `pending`, whose memory the connection
  /// bounds by asking `isWritable` before it answers more.
  final class SocketTransport: Transport {
    private let descriptor: Int32
    private let loop: SocketLoop
    private let connection: Connection
    private let whenClosed: @Sendable () -> Void

    /// Replies that the socket did not take.
    private var pending = OutputQueue()
    private var limit: OutputLimit
    var isWritable: Bool { limit.isWritable }
    /// Memory of `pending` as the server's counters know it.
    private var countedByteCount = 0

    private var isClosed = false
    private var isInputClosed = false
    private var wantsToKnowWhenSent = false
    /// What the loop waits for.
    private var isWaitingToRead = false
    private var isWaitingToWrite = false

    init(
      _ descriptor: Int32, _ loop: SocketLoop, _ connection: Connection,
      whenClosed: @escaping @Sendable () -> Void
    ) {
      self.descriptor = descriptor
      self.loop = loop
      self.connection = connection
      self.whenClosed = whenClosed
      limit = OutputLimit(byteCountMax: connection.loop.service.limits.outputByteCountMax)
    }

    func open() {
      connection.open(self)
      isWaitingToRead = true
      if !loop.wait(descriptor, isNew: true, toRead: true, toWrite: false) { close() }
    }

    // MARK: What the loop tells

    /// Reads once; 0 when there is nothing to answer.
    func readBytes(into space: UnsafeMutableRawBufferPointer) -> Int {
      guard !isClosed, isWaitingToRead else { return 0 }
      let count = recv(descriptor, space.baseAddress, space.count, 0)
      if count > 0 { return count }
      if count < 0 && (errno == EAGAIN || errno == EINTR) { return 0 }
      if count < 0 {
        close()
      } else {
        isInputClosed = true
        update(toRead: false, toWrite: isWaitingToWrite)
        connection.inputClosed()
      }
      return 0
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
      guard !isClosed else { return }
      connection.received(bytes)
      if !isClosed && !isInputClosed && !connection.mayRead() {
        update(toRead: false, toWrite: isWaitingToWrite)
      }
    }

    /// The socket takes more.
    func sendMore() {
      guard !isClosed, !pending.isEmpty else { return }
      guard sendPending() else { return close() }
      if pending.isEmpty && wantsToKnowWhenSent {
        wantsToKnowWhenSent = false
        connection.outputIsSent()
      }
      if limit.update(heldByteCount: pending.heldByteCount) && !isClosed {
        connection.becameWritable()
      }
    }

    /// Sends blocks until the socket takes no more or others should have their turn; false when it is broken.
    private func sendPending() -> Bool {
      var left = SocketTransport.turnByteCount
      while !pending.isEmpty && left > 0 {
        let (count, whole) = pending.withFirstBlock {
          (Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)), $0.count)
        }
        if count < 0 && errno != EAGAIN && errno != EINTR { return false }
        pending.removeFirst(max(0, count))
        left -= whole
        if count < whole { break }
      }
      countPending()
      update(toRead: isWaitingToRead, toWrite: !pending.isEmpty)
      return true
    }

    /// Bytes sent to one client before others are looked at.
    private static let turnByteCount = 1 << 20

    private func countPending() {
      let change = pending.heldByteCount - countedByteCount
      guard change != 0 else { return }
      countedByteCount += change
      connection.loop.counters.unsentByteCount.increment(by: change)
    }

    /// Both directions are closed: once nothing is left to read, nobody is there.
    func clientIsGone() {
      if !isWaitingToRead { close() }
    }

    // MARK: What the connection asks

    func send(_ replies: borrowing ReplyBuffer) {
      replies.withUnsafeBytes { send($0) }
    }

    func send(_ reply: consuming OutputQueue) {
      guard !isClosed, !reply.isEmpty else { return }
      let isFirst = pending.isEmpty
      pending.append(reply)
      if isFirst && !sendPending() { return closeSoon() }
      _ = limit.update(heldByteCount: pending.heldByteCount)
      countPending()
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
      guard !isClosed, !bytes.isEmpty else { return }
      var sent = 0
      if pending.isEmpty {
        sent = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if sent == bytes.count { return }
        // The client is gone; the loop tells so, once what it sent before is read.
        if sent < 0 && errno != EAGAIN && errno != EINTR { return closeSoon() }
      }
      pending.append(UnsafeRawBufferPointer(rebasing: bytes[max(0, sent)...]))
      _ = limit.update(heldByteCount: pending.heldByteCount)
      countPending()
      update(toRead: isWaitingToRead, toWrite: true)
    }

    func notifyWhenSent() {
      if isClosed || pending.isEmpty {
        connection.outputIsSent()
      } else {
        wantsToKnowWhenSent = true
      }
    }

    func closeOutput() {
      guard !isClosed else { return }
      if shutdown(descriptor, Int32(SHUT_WR)) != 0 { close() }
    }

    func close() {
      guard !isClosed else { return }
      isClosed = true
      loop.remove(descriptor)
      Glibc.close(descriptor)
      pending.removeAll()
      countPending()
      connection.didClose()
      whenClosed()
    }

    func read() {
      guard !isClosed, !isInputClosed else { return }
      update(toRead: true, toWrite: isWaitingToWrite)
    }

    /// Closes in a turn of its own: the caller is in the midst of an answer.
    private func closeSoon() {
      let bound = LoopBound(self, loop)
      loop.execute { bound.value.close() }
    }

    private func update(toRead: Bool, toWrite: Bool) {
      guard !isClosed, toRead != isWaitingToRead || toWrite != isWaitingToWrite else { return }
      isWaitingToRead = toRead
      isWaitingToWrite = toWrite
      _ = loop.wait(descriptor, isNew: false, toRead: toRead, toWrite: toWrite)
    }
  }
#endif
