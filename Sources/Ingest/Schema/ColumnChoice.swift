/// Which columns of a header are which.
struct ColumnChoice {
  var customer: Int
  var date: Int
  var amount: Int
  var order: Int?
  var kept: [Int]
  var filters: [(column: Int, value: [UInt8])]

  init(header: [String], options: IngestOptions, path: String) throws(IngestError) {
    let search = HeaderSearch(header: header, path: path)
    customer = try search.index(
      of: options.customerColumn, known: Self.knownCustomerNames, role: "customer",
      flag: "--customer")
    date = try search.index(
      of: options.dateColumn, known: Self.knownDateNames, role: "date", flag: "--date")
    amount = try search.index(
      of: options.amountColumn, known: Self.knownAmountNames, role: "amount", flag: "--amount")
    if customer == date || customer == amount || date == amount {
      throw IngestError(
        .usage, "one column cannot be two of customer, date and amount", file: path,
        found: search.headerText, advice: "Name them with --customer, --date and --amount")
    }
    order = nil
    if let name = options.orderColumn {
      order = try search.index(named: name, role: "order", flag: "--order")
    }
    kept = []
    for name in options.keptColumns {
      kept.append(try search.index(named: name, role: "kept", flag: "--keep"))
    }
    filters = []
    for filter in options.filters {
      let index = try search.index(named: filter.column, role: "filter", flag: "--where-column")
      filters.append((index, Array(filter.value.utf8)))
    }
  }

  /// Recognised without being told, compared in lower case with `_`, `-` and `.` as blanks; the first that the
  /// header has is taken.
  static let knownCustomerNames = [
    "customer id", "customerid", "customer", "customer number", "customer no", "customer key",
    "client id", "clientid", "client", "user id", "userid", "user", "member id", "memberid",
    "member", "buyer id", "account id", "cust id", "custid", "顾客编号", "客户编号", "客户id",
  ]
  static let knownDateNames = [
    "date", "order date", "orderdate", "purchase date", "purchasedate", "transaction date",
    "invoice date", "invoicedate", "order day", "day", "created at", "order time", "timestamp",
    "datetime", "order purchase timestamp", "下单日期", "日期",
  ]
  static let knownAmountNames = [
    "amount", "total price", "totalprice", "order amount", "total amount", "total", "revenue",
    "order total", "order value", "sales", "net amount", "price", "spend", "value", "monetary",
    "payment value", "金额", "订单金额",
  ]
}

/// Finds columns by name.
struct HeaderSearch {
  let header: [String]
  let path: String

  var headerText: String {
    let names = header.prefix(64).map { "'\($0)'" }.joined(separator: ", ")
    return "the header \(names)" + (header.count > 64 ? " and \(header.count - 64) more" : "")
  }

  /// The column of that name, whatever its case.
  func index(named name: String, role: String, flag: String) throws(IngestError) -> Int {
    let exact = header.indices.filter { header[$0] == name }
    if exact.count == 1 { return exact[0] }
    let matches = header.indices.filter { header[$0].lowercased() == name.lowercased() }
    if matches.count == 1 { return matches[0] }
    throw IngestError(
      .badData,
      matches.isEmpty
        ? "has no column '\(name)' (\(role))"
        : "has \(matches.count) columns named '\(name)' (\(role))", file: path, line: 1,
      found: headerText, expected: "exactly one",
      advice: matches.isEmpty ? "Give a name of the header with \(flag)" : "Rename one of them")
  }

  /// The named column, or the first known name that the header has.
  func index(
    of name: String?, known: [String], role: String, flag: String
  ) throws(IngestError) -> Int {
    if let name { return try index(named: name, role: role, flag: flag) }
    let plain = header.map(Self.plainName)
    for candidate in known {
      let matches = header.indices.filter { plain[$0] == candidate }
      if matches.count == 1 { return matches[0] }
      if matches.count > 1 {
        throw IngestError(
          .badData, "has \(matches.count) columns that could be the \(role)", file: path, line: 1,
          found: headerText, expected: "exactly one", advice: "Name it with \(flag)")
      }
    }
    throw IngestError(
      .badData, "has no column known as the \(role)", file: path, line: 1, found: headerText,
      expected: "for example '\(known[0])'", advice: "Name it with \(flag)")
  }

  private static func plainName(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" || $0 == "-" || $0 == "." ? " " : $0 })
  }
}
