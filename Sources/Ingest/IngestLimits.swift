/// The bounds on everything that input can make grow.
package enum IngestLimits {
  /// Bytes of a customer id.
  package static let customerIDByteCount = 4096
  /// Bytes of a value of a kept column.
  package static let keptValueByteCount = 65_536
  /// Bytes of a row: a quote that never closes must not read the whole file into memory.
  package static let rowByteCount = 16 << 20
  /// Columns of a file.
  package static let fieldCount = 16_384
  /// Columns kept besides.
  package static let keptColumnCount = 64
  /// Bytes of the distinct values of a kept column.
  package static let keptColumnByteCount = 2 << 30
  /// Rows of a batch: their numbers are UInt32.
  package static let rowCount = Int(UInt32.max) - 1
  /// Customers of a store: their codes are UInt32.
  package static let customerCount = Int(UInt32.max) - 1
  /// Partitions that ids are cut into.
  package static let partitionCount = 256
  /// Bytes looked at for the header, the delimiter and the order of day and month.
  package static let headByteCount = 8 << 20
  /// Columns of attributes, and bytes of the name of one.
  package static let attributeCount = 1_024
  package static let attributeNameByteCount = 256
  /// Characters of a value quoted in a message.
  package static let quotedCharacterCount = 60
}

/// A piece of input for a message: in quotes, shortened, control characters made visible.
func quoted(_ bytes: some Sequence<UInt8>) -> String {
  var text = ""
  for character in String(decoding: Array(bytes), as: UTF8.self) {
    if text.count >= IngestLimits.quotedCharacterCount { return "'" + text + "…'" }
    switch character {
    case "\n", "\r\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\0": text += "\\0"
    default: text.append(character)
    }
  }
  return "'" + text + "'"
}
