import Columns
import Ingest
import Reports

extension AttributeReport {
  /// What was read, how it was understood, and how good each attribute is.
  var text: String {
    var text = ""
    for file in files {
      text += "\(file.path): id = \(file.idColumn)"
      if file.delimiter != UInt8(ascii: ",") {
        text += ", delimiter \(file.delimiter == 9 ? "tab" : String(UnicodeScalar(file.delimiter)))"
      }
      text += "\n"
    }
    text += "\(groupedText(rowsRead)) rows: \(groupedText(rowsAccepted)) accepted, "
    text += "\(groupedText(rowsRejected)) rejected, \(groupedText(rowsFiltered)) filtered"
    text += "; \(groupedText(customers)) customers, \(groupedText(newCustomers)) of them new"
    if repeatedCustomers > 0 {
      text += ", \(groupedText(repeatedCustomers)) with several rows"
    }
    text += "\n"
    for note in notes { text += "\(note)\n" }
    if columns.isEmpty { return text }
    var table = TextTable(columns: [
      .left("attribute"), .left("type"), .right("values"), .right("nulls"), .right("distinct"),
      .left("range"), .right("rejects"), .right("conflicts"), .right("changes"),
    ])
    for column in columns {
      table.append([
        column.name, column.type.rawValue + (column.source == .inferred ? " (inferred)" : ""),
        groupedText(column.values), groupedText(column.nulls), groupedText(column.distinct),
        column.rangeText, groupedText(column.rejects), groupedText(column.conflicts),
        groupedText(column.changes),
      ])
    }
    return text + "\n" + table.text
  }
}

extension ColumnQuality {
  /// `18 to 93`, or `mostly Basic (61.2%)`.
  fileprivate var rangeText: String {
    func share(_ count: Int) -> String { percentText(Double(count) / Double(max(1, values))) }
    switch range {
    case .none: return "–"
    case .ints(let least, let greatest): return "\(least) to \(greatest)"
    case .floats(let least, let greatest): return "\(least) to \(greatest)"
    case .days(let least, let greatest): return "\(Day.text(least)) to \(Day.text(greatest))"
    case .bools(let yes): return "\(share(yes)) yes"
    case .mostFrequent(let value, let count):
      let short = value.count > 24 ? value.prefix(23) + "…" : value[...]
      return "mostly \(short) (\(share(count)))"
    }
  }
}
