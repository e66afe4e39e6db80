#if os(Linux)
  import Glibc
  import NIOCore
  import QueryProtocol

  /// A client on a plain socket, read and written without blocking.
  ///
  /// Replies go to the socket at once; what it does not take waits in `pending`, whose size the connection bounds
  /// by asking `isWritable` before it answers more.
  final class SocketTransport: Transport {
    private let descriptor: Int32
    private let loop: SocketLoop
    private let connection: Connection
    private let whenClosed: @Sendable () -> Void

    /// Replies that the socket did not take; those before `sentCount` are sent.
    private var pending: [UInt8] = []
    private var sentCount = 0
    private var pendingByteCount: Int { pending.count - sentCount }
    /// Past the upper bound nothing more is answered until it falls below the lower one.
    private(set) var isWritable = true
    private let pendingByteCountMax: Int

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
      pendingByteCountMax = max(1, connection.loop.service.limits.outputByteCountMax / 2)
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
      guard !isClosed, pendingByteCount > 0 else { return }
      let count = pending.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress! + sentCount, $0.count - sentCount, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno != EAGAIN && errno != EINTR { return close() }
      sentCount += max(0, count)
      if pendingByteCount == 0 {
        pending = []
        sentCount = 0
        update(toRead: isWaitingToRead, toWrite: false)
        if wantsToKnowWhenSent {
          wantsToKnowWhenSent = false
          connection.outputIsSent()
        }
      }
      if !isWritable && !isClosed && pendingByteCount < max(1, pendingByteCountMax / 2) {
        isWritable = true
        connection.becameWritable()
      }
    }

    /// Both directions are closed: once nothing is left to read, nobody is there.
    func clientIsGone() {
      if !isWaitingToRead { close() }
    }

    // MARK: What the connection asks

    func send(_ replies: borrowing ReplyBuffer) {
      replies.withUnsafeBytes { send($0) }
    }

    func send(_ reply: ByteBuffer) {
      reply.withUnsafeReadableBytes { send($0) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
      guard !isClosed, !bytes.isEmpty else { return }
      var sent = 0
      if pendingByteCount == 0 {
        sent = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if sent == bytes.count { return }
        // The client is gone; the loop tells so, once what it sent before is read.
        if sent < 0 && errno != EAGAIN && errno != EINTR { return closeSoon() }
      }
      pending.append(contentsOf: bytes[max(0, sent)...])
      if pendingByteCount > pendingByteCountMax { isWritable = false }
      update(toRead: isWaitingToRead, toWrite: true)
    }

    func notifyWhenSent() {
      if isClosed || pendingByteCount == 0 {
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
      pending = []
      sentCount = 0
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
