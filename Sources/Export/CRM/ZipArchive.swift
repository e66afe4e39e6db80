package import Kernels

/// A ZIP archive (APPNOTE 6.3) of one file that is stored, not compressed, with fixed times: the same content gives
/// the same bytes.
///
///     local header · name · content · central directory header · name · end record
package enum ZipArchive {
  /// Content that a header's 32-bit fields can say.
  static let contentByteCountMax = Int(UInt32.max) - 1_024

  /// Appends the archive; the name is ASCII without a slash.
  package static func append(
    name: String, content: UnsafeRawBufferPointer, to writer: inout ByteWriter
  ) {
    precondition(content.count <= contentByteCountMax, "a part is far smaller than 4 GiB")
    let start = writer.count
    let checksum = CRC32.of(content)
    let nameBytes = Array(name.utf8)
    func put(_ value: Int, _ byteCount: Int) {
      for i in 0..<byteCount { writer.append(byte: UInt8(value >> (8 * i) & 0xFF)) }
    }
    /// Version 2.0, no flags, stored, 1980-01-01 00:00, checksum, sizes, length of the name, no extra field.
    func putCommon() {
      put(20, 2)
      put(0, 2)
      put(0, 2)
      put(0, 2)
      put(0x21, 2)
      put(Int(checksum), 4)
      put(content.count, 4)
      put(content.count, 4)
      put(nameBytes.count, 2)
      put(0, 2)
    }
    func putName() { nameBytes.withUnsafeBufferPointer { writer.append(utf8: $0) } }
    put(0x0403_4B50, 4)
    putCommon()
    putName()
    writer.append(utf8: content.bindMemory(to: UInt8.self))
    let directory = writer.count - start
    put(0x0201_4B50, 4)
    put(20, 2)
    putCommon()
    // No comment, disk 0, no attributes, and the local header stands at 0.
    put(0, 2)
    put(0, 2)
    put(0, 2)
    put(0, 4)
    put(0, 4)
    putName()
    let directoryByteCount = writer.count - start - directory
    put(0x0605_4B50, 4)
    put(0, 4)
    put(1, 2)
    put(1, 2)
    put(directoryByteCount, 4)
    put(directory, 4)
    put(0, 2)
  }
}

/// CRC-32 of ZIP and gzip (reflected polynomial EDB88320), a byte at a time from a table.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    var value = UInt32(byte)
    for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    return value
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var value = UInt32.max
      for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8 }
      return ~value
    }
  }
}
