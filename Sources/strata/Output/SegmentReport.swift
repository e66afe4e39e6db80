import Classification
import Columns
import JSONText
import Reports

extension SegmentTable {
  /// The table for a terminal: who is in each segment and what they are worth.
  var text: String {
    let hasLabels = rows.contains { $0.label != $0.name }
    var headings: [TextTable.Heading] = [.left("segment")]
    if hasLabels { headings.append(.left("label")) }
    headings += [
      .right("customers"), .right("share"), .left(""), .right("revenue"), .right("share"),
      .left(""),
      .right("recency"), .right("orders"), .right("spend"),
    ]
    var table = TextTable(columns: headings)
    for row in rows where row.customers > 0 || row.name != "Prospect" {
      var cells = [row.name]
      if hasLabels { cells.append(row.label == row.name ? "" : row.label) }
      cells += [
        groupedText(row.customers), percentText(row.share), barText(row.share, width: 12),
        fixedText(Money.double(row.revenue), decimals: 2),
        row.revenueShare.map(percentText) ?? "–", barText(row.revenueShare ?? 0, width: 12),
        row.medianRecencyDays.map { medianText($0) + " d" } ?? "–",
        row.medianOrders.map(medianText) ?? "–",
        row.medianSpend.map { fixedText($0, decimals: 2) } ?? "–",
      ]
      table.append(cells)
    }
    var total = ["all"]
    if hasLabels { total.append("") }
    total += [
      groupedText(customers), "100.0%", "", fixedText(Money.double(revenue), decimals: 2),
      "100.0%", "", "", "", "",
    ]
    table.append(total)
    table.hasTotalRow = true
    return table.text + "Recency, orders and spend are the segment's medians.\n"
  }

  private func medianText(_ value: Double) -> String {
    fixedText(value, decimals: value == value.rounded() ? 0 : 1)
  }

  var json: JSON {
    .array(
      rows.map { row in
        [
          "segment": .string(row.name), "label": .string(row.label),
          "customers": JSON(row.customers), "share": JSON(row.share),
          "revenue": JSON(Money.double(row.revenue)), "revenueShare": .optional(row.revenueShare),
          "medianRecencyDays": .optional(row.medianRecencyDays),
          "medianOrders": .optional(row.medianOrders), "medianSpend": .optional(row.medianSpend),
        ]
      })
  }
}

extension JSON {
  /// A number, or null where there is none.
  static func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
}
