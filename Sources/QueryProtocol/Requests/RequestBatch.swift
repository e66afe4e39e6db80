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
    prefetch(rowsIn: slots)
  }

  /// The same for what up to 16 clients sent, as far as it is one short RESP command on one id each: a guess by
  /// its form, before anything is cut up.
  package func prefetch(
    forFirstRequestsOf clientCount: Int, bytes: (Int) -> UnsafeRawBufferPointer
  ) {
    var slots = InlineArray<16, Int>(repeating: -1)
    for i in 0..<min(clientCount, RequestBatch.countMax) {
      if let identifier = loneIdentifier(bytes(i)) {
        slots[i] = index.prefetchSlot(of: Span(_unsafeBytes: identifier))
      }
    }
    prefetch(rowsIn: slots)
  }

  private func prefetch(rowsIn slots: InlineArray<16, Int>) {
    var slots = slots
    for i in slots.indices where slots[i] >= 0 {
      slots[i] = index.prefetchIdentifier(inSlot: slots[i])
    }
    for i in slots.indices where slots[i] >= 0 {
      index.prefetchBytes(ofRow: slots[i])
      profiles.prefetch(row: slots[i])
    }
  }
}

/// The second argument of `*2 CR LF $n CR LF command CR LF $m CR LF argument CR LF`, lengths of two digits at
/// most; nil of everything else.
private func loneIdentifier(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
  guard bytes.count >= 16, bytes.count < 160, bytes[0] == UInt8(ascii: "*"),
    bytes[1] == UInt8(ascii: "2")
  else { return nil }
  var at = 4
  guard let command = bulk(bytes, &at), !command.isEmpty, let argument = bulk(bytes, &at),
    at == bytes.count
  else { return nil }
  return UnsafeRawBufferPointer(rebasing: bytes[argument])
}

/// Where the bytes of a bulk string at `at` lie; moves `at` behind it.
private func bulk(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Range<Int>? {
  guard at + 4 <= bytes.count, bytes[at] == UInt8(ascii: "$") else { return nil }
  var length = Int(bytes[at + 1]) - 48
  at += 2
  if bytes[at] != 0x0D {
    length = length * 10 + Int(bytes[at]) - 48
    at += 1
  }
  at += 2
  guard (0...99).contains(length), at + length + 2 <= bytes.count else { return nil }
  defer { at += length + 2 }
  return at..<at + length
}
