import Columns
package import Ingest
package import JSONText

extension IngestReport {
  /// Every count, and what was chosen for each file.
  package var json: JSON {
    [
      "rows": JSON(rowsRead), "accepted": JSON(rowsAccepted), "rejected": JSON(rowsRejected),
      "filtered": JSON(rowsFiltered), "returnsDropped": JSON(returnsDropped),
      "amountsRounded": JSON(amountsRounded), "blankLines": JSON(blankLines),
      "customers": JSON(customers), "newCustomers": JSON(newCustomers),
      "firstDay": firstDay.map { .string(Day.text($0)) } ?? .null,
      "lastDay": lastDay.map { .string(Day.text($0)) } ?? .null,
      "files": .array(files.map(\.json)),
    ]
  }
}

extension FileReport {
  var json: JSON {
    [
      "path": .string(path), "bytes": JSON(byteCount),
      "delimiter": .string(String(UnicodeScalar(delimiter))),
      "customer": .string(customerColumn), "date": .string(dateColumn),
      "amount": .string(amountColumn), "order": orderColumn.map { .string($0) } ?? .null,
      "rows": JSON(rowsRead), "accepted": JSON(rowsAccepted), "rejected": JSON(rowsRejected),
      "filtered": JSON(rowsFiltered),
    ]
  }
}
