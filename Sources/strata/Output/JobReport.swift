import Classification
import Columns
import Ingest
import JSONText
import Models
import Pipeline
import Reports

extension IngestReport {
  /// What was read and how it was understood.
  var text: String {
    var text = ""
    for file in files {
      text += "\(file.path): customer = \(file.customerColumn), date = \(file.dateColumn), "
      text += "amount = \(file.amountColumn)"
      if let order = file.orderColumn { text += ", order = \(order)" }
      if file.delimiter != UInt8(ascii: ",") {
        text += ", delimiter \(file.delimiter == 9 ? "tab" : String(UnicodeScalar(file.delimiter)))"
      }
      text += "\n"
    }
    text += "\(groupedText(rowsRead)) rows: \(groupedText(rowsAccepted)) accepted, "
    text += "\(groupedText(rowsRejected)) rejected, \(groupedText(rowsFiltered)) filtered"
    text += "; \(groupedText(customers)) customers, \(groupedText(newCustomers)) of them new"
    if let firstDay, let lastDay {
      text += "; \(Day.text(firstDay)) to \(Day.text(lastDay))"
    }
    text += "\n"
    if amountsRounded > 0 {
      text += "\(groupedText(amountsRounded)) amounts had more than four decimals and were rounded "
      text += "half to even\n"
    }
    return text
  }
}

extension RFMModel {
  /// The cuts of every measure, and which scores nobody has.
  var text: String {
    var text = ""
    for group in groups {
      if let groupColumn {
        text += visibleText("\(groupColumn) = \(group.name ?? "(none)"):") + "\n"
      }
      let names: [(RFMMeasure, String)] = [
        (.recency, "recency, days"),
        (.frequency, frequency == .orders ? "orders" : "purchase days"),
        (.monetary, monetary == .total ? "monetary, total" : "monetary, mean"),
      ]
      for (measure, name) in names {
        let cuts = group[measure].cuts.map { cut in
          let value = cut.displayValue(of: measure)
          return fixedText(value, decimals: value == value.rounded() ? 0 : 2)
        }
        let padding = String(repeating: " ", count: max(0, 16 - name.count))
        text += "cuts of \(name)\(padding)\(cuts.joined(separator: " | "))\n"
      }
    }
    for note in emptyBinNotes { text += "\(note)\n" }
    return text
  }
}

extension StageClock {
  var json: JSON {
    .object(stages.map { JSON.Member($0.name, JSON($0.seconds)) })
  }

  /// One line of what each stage took over all its runs.
  var summedText: String {
    var sums: [(name: String, seconds: Double)] = []
    for stage in stages {
      if let index = sums.firstIndex(where: { $0.name == stage.name }) {
        sums[index].seconds += stage.seconds
      } else {
        sums.append((stage.name, stage.seconds))
      }
    }
    return sums.map { "\($0.name) \(durationText($0.seconds))" }.joined(separator: ", ")
  }

  /// One line of what each stage took.
  var text: String {
    stages.map { "\($0.name) \(durationText($0.seconds))" }.joined(separator: ", ")
  }
}
