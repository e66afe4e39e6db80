import Columns
package import JSONText

extension ChangeReport {
  package var json: JSON {
    let matrix = comparison.matrix
    let segments = matrix.segments.indices
    func grid(_ cell: (Int, Int) -> JSON) -> JSON {
      .array((0...matrix.absent).map { a in .array((0...matrix.absent).map { b in cell(a, b) }) })
    }
    func share(_ part: Double, of whole: Double) -> JSON {
      whole > 0 ? .number(part / whole) : .null
    }
    return [
      "before": ChangeReport.side(comparison.before), "after": ChangeReport.side(comparison.after),
      "taxonomy": .string(comparison.taxonomy.name),
      "segments": .array(matrix.segments.map { .string($0) }),
      "customers": grid { JSON(matrix.customers(from: $0, to: $1)) },
      "customerShares": grid {
        share(Double(matrix.customers(from: $0, to: $1)), of: Double(matrix.customers(from: $0)))
      },
      "revenue": grid { .number(Money.double(matrix.revenue(from: $0, to: $1))) },
      "revenueShares": grid {
        share(Double(matrix.revenue(from: $0, to: $1)), of: Double(matrix.revenue(from: $0)))
      },
      "moved": JSON(matrix.movedCount), "new": JSON(matrix.newCount),
      "lost": JSON(matrix.lostCount),
      "flows": .array(
        matrix.flows.map { flow in
          [
            "segment": .string(flow.segment), "before": JSON(flow.before),
            "entered": JSON(flow.entered), "left": JSON(flow.left), "new": JSON(flow.new),
            "lost": JSON(flow.lost), "after": JSON(flow.after),
          ]
        }),
      "moves": .array(
        matrix.moves.filter { segments.contains($0.from) && segments.contains($0.to) }.map { move in
          [
            "from": .string(matrix.segments[move.from]), "to": .string(matrix.segments[move.to]),
            "customers": JSON(move.customers), "revenue": .number(Money.double(move.revenue)),
          ]
        }),
      "causes": .array(
        causes.map { cause in
          [
            "cause": .string(cause.text), "customers": JSON(cause.customers),
            "revenue": .number(Money.double(cause.revenue)),
          ]
        }),
      "largest": .array(
        largest.map { customer in
          [
            "customer": .string(customer.id), "from": .string(customer.from),
            "to": .string(customer.to), "revenue": .number(Money.double(customer.revenue)),
            "cause": .string(customer.cause),
          ]
        }),
      "drift": drift.json,
    ]
  }

  private static func side(_ side: SnapshotSide) -> JSON {
    [
      "snapshot": .string(side.name), "asOf": .string(Day.text(side.asOf)),
      "customers": JSON(side.frame.rowCount),
    ]
  }
}
