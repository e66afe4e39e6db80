import NIOCore
import QueryProtocol

/// What carries a client's bytes: a plain socket, or a NIO channel with TLS.
///
/// Used on its loop's thread only. Calls on one that is closed do nothing.
protocol Transport: AnyObject {
  /// Whether the replies that wait to be sent hold less memory than the client may leave unread.
  var isWritable: Bool { get }
  /// Sends the bytes written, behind those that wait.
  func send(_ replies: borrowing ReplyBuffer)
  /// Sends a reply that another thread wrote.
  func send(_ reply: consuming OutputQueue)
  /// Calls `Connection.outputIsSent` once nothing waits to be sent, or the client is gone.
  func notifyWhenSent()
  /// Tells the client that nothing more comes; what it still sends is read.
  func closeOutput()
  func close()
  /// Reads again, after `Connection.mayRead` said no.
  func read()
}

/// Runs what touches a loop's connections on the loop's thread.
protocol LoopExecutor: Sendable {
  var isCurrent: Bool { get }
  func execute(_ task: @escaping @Sendable () -> Void)
}

/// A NIO event loop as executor.
struct EventLoopExecutor: LoopExecutor {
  let eventLoop: any EventLoop

  var isCurrent: Bool { eventLoop.inEventLoop }
  func execute(_ task: @escaping @Sendable () -> Void) { eventLoop.execute(task) }
}

/// A value of one loop on its way through other threads.
struct LoopBound<Value>: @unchecked Sendable {
  // SAFETY: the value is taken out on its loop only, which is checked.
  private let held: Value
  private let executor: any LoopExecutor

  init(_ value: Value, _ executor: any LoopExecutor) {
    held = value
    self.executor = executor
  }

  var value: Value {
    precondition(executor.isCurrent, "a connection is touched on its own loop only")
    return held
  }
}
