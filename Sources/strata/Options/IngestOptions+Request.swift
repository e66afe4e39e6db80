import ArgumentParser
import Configuration
import Ingest
import Pipeline

extension IngestOptions {
  /// The request that these options make of what the configuration says; the store's directory takes the
  /// temporary files.
  func request(store: String, _ configuration: Configuration) throws -> IngestRequest {
    let file = configuration.ingest
    var options = Ingest.IngestOptions()
    options.customerColumn = customer ?? file.customer
    options.dateColumn = date ?? file.date
    options.amountColumn = amount ?? file.amount
    options.orderColumn = order ?? file.order
    options.keptColumns = keep.isEmpty ? file.keep ?? [] : keep
    options.delimiter = try delimiter.map(IngestOptions.delimiterByte) ?? file.delimiter
    options.dateFormat = try dateFormat.map { try DateFormat($0) } ?? file.dateFormat ?? .auto
    options.amountFormat = try amountFormat(file)
    options.returns = returns.map { $0 == "drop" ? .drop : .net } ?? file.returns ?? .net
    options.filters =
      whereColumn.isEmpty ? file.filters ?? [] : try whereColumn.map { try ColumnFilter($0) }
    options.rejectLimit =
      try maxRejects.map { try RejectLimit($0) } ?? file.rejectLimit ?? .share(0.001)
    options.memoryLimitByteCount = memoryLimitByteCount(limitMemory)
    options.temporaryDirectory = store
    var request = IngestRequest(paths: files, options: options)
    request.rejectsPath = rejects ?? file.rejects
    request.isAgain = again
    return request
  }

  func amountFormat(_ file: Configuration.Ingest) throws -> AmountFormat {
    func sign(_ text: String, _ flag: String) throws -> UInt8 {
      guard let sign = SettingText.sign(text) else {
        throw ValidationError("\(flag) takes one of . , ' or a space, not '\(text)'")
      }
      return sign
    }
    let format = AmountFormat(
      decimal: try decimal.map { try sign($0, "--decimal") } ?? file.decimal ?? 0x2E,
      thousands: try thousands.map { try sign($0, "--thousands") } ?? file.thousands)
    if format.thousands == format.decimal {
      throw ValidationError("the decimal and the thousands sign are the same")
    }
    return format
  }

  static func delimiterByte(_ text: String) throws -> UInt8 {
    guard let byte = SettingText.delimiter(text) else {
      throw ValidationError("--delimiter takes one of , ; tab |, not '\(text)'")
    }
    return byte
  }
}
