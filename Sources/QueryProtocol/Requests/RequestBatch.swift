/// Requests that came together: cut off the stream before the first of them is answered, so that the memory
/// which all of them will read can be asked for at once.
///
/// With 16 requests a read, answering them one by one waits for about five cache misses each; asked for in three
/// rounds for the whole batch, they overlap.
package struct RequestBatch {
  private var requests: [Request]
  /// Requests taken.
  package private(set) var count = 0

  package static let countMax = 16

  package init() {
    requests = (0..<RequestBatch.countMax).map { _ in Request() }
  }

  package subscript(index: Int) -> Request {
    _read { yield requests[index] }
  }

  /// Empties the batch; memory of its requests is used again.
  package mutating func removeAll() { count = 0 }

  /// Takes requests off the stream until the batch holds `limit` or the bytes end.
  package mutating func fill(
    from parser: inout RequestParser, _ bytes: Span<UInt8>, _ position: inout Int, limit: Int
  ) throws(ProtocolError) {
    while count < min(limit, RequestBatch.countMax), try parser.next(in: bytes, from: &position) {
      swap(&requests[count], &parser.request)
      count += 1
    }
  }
}

extension CustomerBase {
  /// Asks for the memory that look-ups of one id in the batch will read: index slots, then ids and columns.
  package func prefetch(for batch: borrowing RequestBatch) {
    guard batch.count > 1 else { return }
    var slots = InlineArray<16, Int>(repeating: -1)
    for i in 0..<batch.count where batch[i].count == 2 {
      slots[i] = index.prefetchSlot(of: batch[i].argument(1))
    }
    for i in 0..<batch.count where slots[i] >= 0 {
      slots[i] = index.prefetchIdentifier(inSlot: slots[i])
    }
    for i in 0..<batch.count where slots[i] >= 0 {
      index.prefetchBytes(ofRow: slots[i])
      profiles.prefetch(row: slots[i])
    }
  }
}
