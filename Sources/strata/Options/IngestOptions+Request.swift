import ArgumentParser
import Ingest
import Pipeline

extension IngestOptions {
  /// The request that these options make; the store's directory takes the temporary files.
  func request(store: String) throws -> IngestRequest {
    var options = Ingest.IngestOptions()
    options.customerColumn = customer
    options.dateColumn = date
    options.amountColumn = amount
    options.orderColumn = order
    options.keptColumns = keep
    options.delimiter = try delimiter.map(IngestOptions.delimiterByte)
    options.dateFormat = try DateFormat(dateFormat)
    options.amountFormat = try amountFormat()
    options.returns = returns == "drop" ? .drop : .net
    options.filters = try whereColumn.map { try ColumnFilter($0) }
    options.rejectLimit = try RejectLimit(maxRejects)
    options.memoryLimitByteCount =
      limitMemory.flatMap(byteCount) ?? machineMemoryByteCount() / 2
    options.temporaryDirectory = store
    var request = IngestRequest(paths: files, options: options)
    request.rejectsPath = rejects
    request.isAgain = again
    return request
  }

  func amountFormat() throws -> AmountFormat {
    func sign(_ text: String, _ flag: String) throws -> UInt8 {
      let bytes = Array(text.utf8)
      guard bytes.count == 1, [".", ",", " ", "'"].contains(text) else {
        throw ValidationError("\(flag) takes one of . , ' or a space, not '\(text)'")
      }
      return bytes[0]
    }
    let format = AmountFormat(
      decimal: try sign(decimal, "--decimal"),
      thousands: try thousands.map { try sign($0, "--thousands") })
    if format.thousands == format.decimal {
      throw ValidationError("--decimal and --thousands are the same sign")
    }
    return format
  }

  static func delimiterByte(_ text: String) throws -> UInt8 {
    let names: [String: UInt8] = [
      ",": 0x2C, "comma": 0x2C, ";": 0x3B, "semicolon": 0x3B, "\t": 0x09, "\\t": 0x09,
      "tab": 0x09, "|": 0x7C, "pipe": 0x7C,
    ]
    guard let byte = names[text.lowercased()] else {
      throw ValidationError("--delimiter takes one of , ; tab |, not '\(text)'")
    }
    return byte
  }
}
