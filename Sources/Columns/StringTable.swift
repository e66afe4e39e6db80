import Kernels

/// Strings one after the other: `count + 1` offsets into UTF-8 bytes. Holds any bytes; up to 4 GiB in all.
package final class StringTable: Sendable {
  /// `count + 1` rising offsets; the first is 0, the last the number of bytes.
  package let offsets: AlignedBuffer<UInt32>
  /// All strings' bytes.
  package let bytes: AlignedBuffer<UInt8>

  /// Takes offsets and bytes that fit each other; checked in one pass.
  package init(offsets: AlignedBuffer<UInt32>, bytes: AlignedBuffer<UInt8>) {
    precondition(offsets.count >= 1 && offsets[0] == 0, "offsets start at 0")
    precondition(Int(offsets[offsets.count - 1]) == bytes.count, "offsets end at the last byte")
    precondition(areRising(offsets.pointer), "offsets never fall")
    self.offsets = offsets
    self.bytes = bytes
  }

  /// The table of some strings, in their order.
  package convenience init(_ strings: [String]) {
    var offsets: [UInt32] = [0]
    var bytes: [UInt8] = []
    for string in strings {
      bytes.append(contentsOf: string.utf8)
      precondition(bytes.count <= Int(UInt32.max), "a string table holds at most 4 GiB")
      offsets.append(UInt32(bytes.count))
    }
    self.init(offsets: AlignedBuffer(offsets), bytes: AlignedBuffer(bytes))
  }

  /// Number of strings.
  package var count: Int { offsets.count - 1 }

  /// The bytes of string `index`, valid while the table is held.
  @inlinable
  package func utf8(at index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(index >= 0 && index < count, "string index out of range")
    let start = Int(offsets.base[index])
    let end = Int(offsets.base[index + 1])
    return UnsafeBufferPointer(start: bytes.base + start, count: end - start)
  }

  /// String `index`; invalid UTF-8 is repaired.
  package subscript(index: Int) -> String { String(decoding: utf8(at: index), as: UTF8.self) }

  /// A copy as an array; for tests and small tables.
  package var array: [String] { (0..<count).map { self[$0] } }

  /// The index of a string by looking at each; for small dictionaries.
  package func firstIndex(of string: String) -> Int? {
    let wanted = Array(string.utf8)
    return (0..<count).first { utf8(at: $0).elementsEqual(wanted) }
  }

  /// Memory held, in bytes.
  package var byteCount: Int { offsets.byteCount + bytes.byteCount }
}
