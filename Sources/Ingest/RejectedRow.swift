/// A row that was not taken.
package struct RejectedRow: Sendable, Equatable {
  package var file: String
  /// 1-based line on which the row starts.
  package var line: Int
  /// Where in the file (decompressed, if it was) the row starts.
  package var byteOffset: Int
  /// The column to blame; nil when it is the row as a whole.
  package var column: String?
  package var reason: String
  /// The row as read, without the newline that ends it.
  package var row: [UInt8]

  package init(
    file: String, line: Int, byteOffset: Int, column: String?, reason: String, row: [UInt8]
  ) {
    self.file = file
    self.line = line
    self.byteOffset = byteOffset
    self.column = column
    self.reason = reason
    self.row = row
  }

  /// The header of a rejects file.
  package static let csvHeader = "file,line,byte_offset,column,reason,row\n"

  /// The row of a rejects file: RFC 4180, the rejected row as one quoted field.
  package var csv: [UInt8] {
    var bytes: [UInt8] = []
    func append(field: some Sequence<UInt8>) {
      bytes.append(0x22)
      for byte in field {
        if byte == 0x22 { bytes.append(0x22) }
        bytes.append(byte)
      }
      bytes.append(0x22)
    }
    append(field: file.utf8)
    bytes.append(contentsOf: ",\(line),\(byteOffset),".utf8)
    append(field: (column ?? "").utf8)
    bytes.append(0x2C)
    append(field: reason.utf8)
    bytes.append(0x2C)
    append(field: row)
    bytes.append(0x0A)
    return bytes
  }
}
