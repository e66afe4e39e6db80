import Columns
import Reports

extension ChangeReport {
  /// The report for a terminal: matrices, flows, moves, causes, drift.
  ///
  /// - Parameter moveCount: lines of the lists of moves and of causes.
  package func text(moveCount: Int) -> String {
    let matrix = comparison.matrix
    let (before, after) = (comparison.before, comparison.after)
    var text = "\(comparison.taxonomy.name): \(before.name) → \(after.name)\n"
    text += "\(groupedText(matrix.movedCount)) moved, \(groupedText(matrix.newCount)) new, "
    text += "\(groupedText(matrix.lostCount)) lost, of \(groupedText(before.frame.rowCount)) then "
    text += "and \(groupedText(after.frame.rowCount)) now\n\n"
    text += "Customers: from the line's segment to the column's\n"
    text += grid(
      cell: { groupedText(matrix.customers(from: $0, to: $1)) },
      total: { groupedText(matrix.customers(from: $0)) },
      share: { Double(matrix.customers(from: $0, to: $1)) / Double(matrix.customers(from: $0)) })
    text += "\nRevenue, in thousands\n"
    text += grid(
      cell: { ChangeReport.thousands(matrix.revenue(from: $0, to: $1)) },
      total: { ChangeReport.thousands(matrix.revenue(from: $0)) },
      share: { Double(matrix.revenue(from: $0, to: $1)) / Double(matrix.revenue(from: $0)) })
    text += "\n" + flowText
    if !matrix.moves.isEmpty { text += "\nBiggest moves\n" + moveText(moveCount) }
    if !causes.isEmpty { text += "\nCauses\n" + causeText(moveCount) }
    if !largest.isEmpty { text += "\nLargest customers who moved\n" + largestText }
    return text + "\nDrift\n" + drift.text
  }

  private static func thousands(_ units: Int128) -> String {
    fixedText(Money.double(units) / 1_000, decimals: 1)
  }

  /// Segments that somebody was or is in, and the row or column of the absent where there are any.
  private func shown(_ isAny: (Int) -> Bool) -> [Int] {
    let matrix = comparison.matrix
    return matrix.segments.indices.filter {
      matrix.customers(from: $0) + matrix.customers(to: $0) > 0
    } + (isAny(matrix.absent) ? [matrix.absent] : [])
  }

  /// Two lines a segment: the cells, and their shares of the line.
  private func grid(
    cell: (Int, Int) -> String, total: (Int) -> String, share: (Int, Int) -> Double
  ) -> String {
    let matrix = comparison.matrix
    let rows = shown { matrix.customers(from: $0) > 0 }
    let columns = shown { matrix.customers(to: $0) > 0 }
    func number(_ segment: Int) -> String {
      segment == matrix.absent ? "lost" : "→ \(segment + 1)"
    }
    var table = TextTable(
      columns: [.right(""), .left("from"), .right("all")] + columns.map { .right(number($0)) })
    for a in rows {
      let isNew = a == matrix.absent
      table.append(
        [isNew ? "" : "\(a + 1)", isNew ? "(new)" : matrix.segments[a], total(a)]
          + columns.map { b in matrix.customers(from: a, to: b) == 0 ? "" : cell(a, b) })
      table.append(
        ["", "", ""]
          + columns.map { b in
            let share = share(a, b)
            return matrix.customers(from: a, to: b) == 0 || !share.isFinite
              ? "" : percentText(share)
          })
    }
    return table.text
  }

  private var flowText: String {
    var table = TextTable(columns: [
      .left("segment"), .right("before"), .right("entered"), .right("left"), .right("new"),
      .right("lost"), .right("after"), .right("change"),
    ])
    for flow in comparison.matrix.flows where flow.before + flow.after > 0 {
      let change = flow.after - flow.before
      table.append([
        flow.segment, groupedText(flow.before), groupedText(flow.entered), groupedText(flow.left),
        groupedText(flow.new), groupedText(flow.lost), groupedText(flow.after),
        (change > 0 ? "+" : "") + groupedText(change),
      ])
    }
    return table.text
  }

  private func moveText(_ count: Int) -> String {
    let names = comparison.matrix.segments
    var table = TextTable(columns: [
      .left("from"), .left("to"), .right("customers"), .right("revenue"),
    ])
    for move in comparison.matrix.moves.prefix(count) {
      table.append([
        names[move.from], names[move.to], groupedText(move.customers),
        fixedText(Money.double(move.revenue), decimals: 2),
      ])
    }
    return table.text
  }

  private func causeText(_ count: Int) -> String {
    var table = TextTable(columns: [
      .left("cause"), .right("customers"), .right("share"), .right("revenue"),
    ])
    let moved = Double(max(1, comparison.matrix.movedCount))
    for cause in causes.prefix(count) {
      table.append([
        cause.text, groupedText(cause.customers), percentText(Double(cause.customers) / moved),
        fixedText(Money.double(cause.revenue), decimals: 2),
      ])
    }
    return table.text
      + (comparison.causeNames.scores.isEmpty
        ? "The columns that the rules ask and whose value changed.\n"
        : "customer: the value crossed the cut; cut: the cut crossed the value; both: both did.\n")
  }

  private var largestText: String {
    var table = TextTable(columns: [
      .left("customer"), .left("from"), .left("to"), .right("revenue"), .left("cause"),
    ])
    for customer in largest {
      table.append([
        customer.id, customer.from, customer.to,
        fixedText(Money.double(customer.revenue), decimals: 2), customer.cause,
      ])
    }
    return table.text
  }
}

extension DriftReport {
  /// One line a measure.
  package var text: String {
    var table = TextTable(columns: [
      .left("measure"), .right("PSI"), .left(""), .right("quantile shift"), .right("median"),
      .right("now"),
    ])
    for drift in measures {
      func middle(_ deciles: [Double]) -> String {
        deciles.count == 9 ? fixedText(deciles[4], decimals: 2) : ""
      }
      table.append([
        drift.measure, fixedText(drift.stabilityIndex, decimals: 4), drift.verdict,
        drift.quantileShift.map { fixedText($0, decimals: 4) } ?? "", middle(drift.decilesBefore),
        middle(drift.decilesAfter),
      ])
    }
    return table.text
  }
}
