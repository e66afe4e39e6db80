/// Aggregates customers whose rows lie in several batches: those with codes in `rows`, into the rows of their
/// codes; rows of customers without transactions are cleared.
///
/// A day that stands in two batches counts once, an order id that stands in two batches too. Cost: the rows of
/// the range, plus a sort of a customer's days where batches overlap in time and of its order ids where it has
/// any. Returns the batch and what is wrong with it (`overflow` names no batch: -1).
package func aggregateMerged(
  _ batches: [TransactionRuns], rows: Range<Int>, bounds: DayBounds, into columns: SummaryColumns,
  scratch: inout AggregateScratch
) -> (batch: Int, fault: AggregateFault)? {
  precondition(rows.upperBound <= columns.count)
  // Counting sort of the (batch, customer) pairs of the range by code, in batch order within a code.
  var ends = [UInt32](repeating: 0, count: rows.count + 1)
  var spans: [Range<Int>] = []
  for (b, batch) in batches.enumerated() {
    let low = batch.firstCustomer(withCodeFrom: rows.lowerBound)
    let high = batch.firstCustomer(withCodeFrom: rows.upperBound)
    guard low <= high else { return (b, .malformedRun(customer: low)) }
    spans.append(low..<high)
    var previous = rows.lowerBound - 1
    for customer in low..<high {
      let code = Int(batch.codes[customer])
      guard code > previous && code < rows.upperBound else {
        return (b, .malformedRun(customer: customer))
      }
      previous = code
      ends[code - rows.lowerBound + 1] += 1
    }
  }
  for i in 0..<rows.count { ends[i + 1] += ends[i] }
  let pairCount = Int(ends[rows.count])
  var pairs = [(batch: UInt32, customer: UInt32)](repeating: (0, 0), count: pairCount)
  var cursors = ends
  for (b, batch) in batches.enumerated() {
    for customer in spans[b] {
      let slot = Int(batch.codes[customer]) - rows.lowerBound
      pairs[Int(cursors[slot])] = (UInt32(b), UInt32(customer))
      cursors[slot] += 1
    }
  }
  for slot in 0..<rows.count {
    scratch.parts.removeAll(keepingCapacity: true)
    for pair in pairs[Int(ends[slot])..<Int(ends[slot + 1])] {
      if let fault = appendPart(batches, Int(pair.batch), Int(pair.customer), bounds, &scratch) {
        return (Int(pair.batch), fault)
      }
    }
    let row = rows.lowerBound + slot
    if let found = aggregateParts(batches, row, columns, &scratch) { return found }
  }
  return nil
}

/// Aggregates one customer, by code, from several batches into `row`.
package func aggregateCustomer(
  _ batches: [TransactionRuns], code: Int, row: Int, bounds: DayBounds,
  into columns: SummaryColumns, scratch: inout AggregateScratch
) -> (batch: Int, fault: AggregateFault)? {
  scratch.parts.removeAll(keepingCapacity: true)
  for (b, batch) in batches.enumerated() {
    let customer = batch.firstCustomer(withCodeFrom: code)
    guard customer < batch.codes.count && Int(batch.codes[customer]) == code else { continue }
    if let fault = appendPart(batches, b, customer, bounds, &scratch) { return (b, fault) }
  }
  return aggregateParts(batches, row, columns, &scratch)
}

private func appendPart(
  _ batches: [TransactionRuns], _ b: Int, _ customer: Int, _ bounds: DayBounds,
  _ scratch: inout AggregateScratch
) -> AggregateFault? {
  let runs = batches[b]
  let start = Int(runs.starts[customer])
  let end = Int(runs.starts[customer + 1])
  guard start <= end && end <= runs.days.count else { return .malformedRun(customer: customer) }
  let trimmed = runs.trim(start, end, bounds)
  if trimmed.start < trimmed.end {
    scratch.parts.append(RunReference(batch: b, start: trimmed.start, end: trimmed.end))
  }
  return nil
}

/// Totals over the parts in the scratch: sums add up; purchase days add up while each part starts after the
/// one before it ends, and are counted from the sorted days otherwise.
private func aggregateParts(
  _ batches: [TransactionRuns], _ row: Int, _ columns: SummaryColumns,
  _ scratch: inout AggregateScratch
) -> (batch: Int, fault: AggregateFault)? {
  var merged = RunTotals()
  var inSequence = true
  var missing = 0
  scratch.hashes.removeAll(keepingCapacity: true)
  for (i, part) in scratch.parts.enumerated() {
    let runs = batches[part.batch]
    let totals = runs.totals(part.start, part.end)
    if totals.daysFall { return (part.batch, .malformedRun(customer: -1)) }
    missing += runs.collectOrders(part.start, part.end, &scratch.hashes)
    if i == 0 {
      merged = totals
      continue
    }
    inSequence = inSequence && totals.firstDay >= merged.lastDay
    merged.purchaseDays += totals.purchaseDays - (totals.firstDay == merged.lastDay ? 1 : 0)
    if totals.firstDay < merged.firstDay {
      merged.firstDay = totals.firstDay
      merged.firstDaySum = totals.firstDaySum
      merged.firstDayCarry = totals.firstDayCarry
    } else if totals.firstDay == merged.firstDay {
      merged.firstDayCarry += totals.firstDayCarry
      merged.addFirstDay(totals.firstDaySum)
    }
    merged.lastDay = max(merged.lastDay, totals.lastDay)
    merged.carry += totals.carry
    merged.add(totals.sum)
  }
  if merged.overflows { return (-1, .overflow(row: row)) }
  if !inSequence {
    scratch.days.removeAll(keepingCapacity: true)
    for part in scratch.parts {
      scratch.days.append(contentsOf: batches[part.batch].days[part.start..<part.end])
    }
    merged.purchaseDays = distinctCount(&scratch.days)
  }
  merged.orders = missing + scratch.distinctHashCount()
  columns.set(row, merged)
  return nil
}
