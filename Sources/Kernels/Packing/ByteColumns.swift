/// The bytes of one position in strings of one length: string i's byte p stands at i·length + p. Taken apart by
/// position, ids like C00000017 are columns of few distinct bytes, which pack well.
package enum ByteColumns {
  /// destination[i] = source[i·length + position].
  package static func gather(
    _ source: UnsafeBufferPointer<UInt8>, position: Int, length: Int,
    into destination: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(position >= 0 && position < length, "a position lies in the strings")
    precondition(
      source.count == destination.count * length, "the source holds strings of one length")
    guard let bytes = source.baseAddress, let out = destination.baseAddress else { return }
    var at = position
    for i in 0..<destination.count {
      out[i] = bytes[at]
      at &+= length
    }
  }

  /// destination[i·length + position] = source[i].
  package static func scatter(
    _ source: UnsafeBufferPointer<UInt8>, position: Int, length: Int,
    into destination: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(position >= 0 && position < length, "a position lies in the strings")
    precondition(
      destination.count == source.count * length, "the destination holds strings of one length")
    guard let bytes = source.baseAddress, let out = destination.baseAddress else { return }
    var at = position
    for i in 0..<source.count {
      out[at] = bytes[i]
      at &+= length
    }
  }

  /// destination[i·length + position] = string[position], for all positions of a string of that length.
  package static func fill(
    _ string: [UInt8], into destination: UnsafeMutableBufferPointer<UInt8>
  ) {
    let count = destination.count
    guard count > 0, let out = destination.baseAddress else { return }
    precondition(!string.isEmpty && count % string.count == 0, "whole strings fill it")
    for i in string.indices { out[i] = string[i] }
    var done = string.count
    while done < count {
      let next = min(done, count - done)
      (out + done).update(from: out, count: next)
      done += next
    }
  }
}
