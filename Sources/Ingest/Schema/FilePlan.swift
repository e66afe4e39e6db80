import Kernels

/// Everything the row parser needs to know of one file.
struct FilePlan {
  let path: String
  let syntax: DelimitedSyntax
  let header: [String]
  let columns: ColumnChoice
  let dates: DateParser
  let amounts: AmountFormat
  let dropsReturns: Bool
  /// nil when the rows need more than the plain-row kernel gives.
  let plainFormat: PlainRowFormat?
  /// Words of a record before the id.
  let fixedWordCount: Int

  init(
    path: String, head: FileHead, columns: ColumnChoice, dates: DateParser, options: IngestOptions
  ) {
    self.path = path
    syntax = head.syntax
    header = head.header
    self.columns = columns
    self.dates = dates
    amounts = options.amountFormat
    dropsReturns = options.returns == .drop
    fixedWordCount =
      2 + (columns.order == nil ? 0 : 1) + (columns.kept.count + 1) / 2
    let isPlain =
      options.tuning.usesPlainKernel && columns.kept.isEmpty && columns.filters.isEmpty
      && dates.readsISO && options.amountFormat.decimal == 0x2E
      && options.amountFormat.thousands != 0x2E
    plainFormat =
      isPlain
      ? PlainRowFormat(
        fieldCount: head.header.count, customerField: columns.customer, dateField: columns.date,
        amountField: columns.amount, orderField: columns.order, stopsAtNegatives: dropsReturns)
      : nil
  }
}
