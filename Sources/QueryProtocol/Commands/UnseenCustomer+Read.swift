import Columns
import Expressions
import JSONText
import Kernels

/// The figures that SCORE takes, each under one or several names.
private enum Figure {
  static let recency = ["recency_days", "last_purchase"]
  static let tenure = ["tenure_days", "first_purchase"]
  static let money = ["monetary", "monetary_total", "monetary_mean"]
  static let all =
    recency + tenure + money + ["orders", "purchase_days", "first_day_total"]
  /// Columns that follow from the figures.
  static let derived = ["customer_id", "r", "f", "m", "rfm", "tags"]
  static let dayLimit: Int64 = 1_000_000
  static let dayRange = "a whole number from 0 to \(dayLimit)"

  /// The most arguments of one SCORE: the figures, the columns of the snapshot, and a few to spare, so that what is
  /// wrong among them is said by its name.
  static func argumentCountMax(columnCount: Int) -> Int { min(1_024, 16 + columnCount) }
}

extension UnseenCustomer {
  /// Reads SCORE's `name=value …`, in any order.
  init(_ request: Request, of base: CustomerBase) throws(ReplyError) {
    let values = try UnseenCustomer.values(request, of: base)
    let asOf = Int64(base.asOf)
    let last = try values.day(Figure.recency, asOf: asOf)
    guard let last else {
      throw ReplyError(
        .wrongArguments,
        "SCORE needs recency_days, \(Figure.dayRange), or last_purchase, a date")
    }
    let orders = try values.count("orders")
    guard let orders else {
      throw ReplyError(
        .wrongArguments, "SCORE needs orders, a whole number from 1 to \(Int32.max)")
    }
    let days = try values.count("purchase_days")
    // One order is the first and the last.
    let isSingle = (days ?? orders) == 1
    guard let first = try values.day(Figure.tenure, asOf: asOf) ?? (isSingle ? last : nil) else {
      throw ReplyError(
        .wrongArguments,
        "SCORE needs tenure_days, \(Figure.dayRange), or first_purchase, a date")
    }
    guard first <= last else {
      throw ReplyError(
        .wrongArguments, "recency_days is at most tenure_days, the days since the first purchase")
    }
    guard !isSingle || first == last else {
      throw ReplyError(
        .wrongArguments,
        "one order is the first and the last purchase: recency_days and tenure_days are equal then")
    }
    let span = Int64(last) - Int64(first) + 1
    let purchaseDays = days ?? Int32(clamping: min(Int64(orders), span))
    guard Int64(purchaseDays) <= span, purchaseDays > 1 || first == last else {
      throw ReplyError(
        .wrongArguments,
        "purchase_days is from 2 (1 where the first purchase is the last) to the days from the "
          + "first purchase to the last, \(span)")
    }
    let monetary = try values.monetary(orders: orders)
    // Every purchase day has the mean amount of one, unless the first day's is said.
    let share = meanAmount(monetary, orders: Int64(purchaseDays))
    let firstDayTotal = try values.amount("first_day_total")
    var assumed: [Assumption] = []
    // On up to two days from the first purchase to the last there is a purchase on each.
    if days == nil, span > 2 { assumed.append(.purchaseDays) }
    if firstDayTotal == nil, purchaseDays > 1 { assumed.append(.firstDayTotal) }
    self.init(
      asOf: base.asOf, firstDay: first, lastDay: last, orders: orders, purchaseDays: purchaseDays,
      monetary: monetary,
      firstDayTotal: purchaseDays == 1 ? monetary : firstDayTotal ?? share,
      given: values.given, assumed: assumed)
  }

  /// The arguments by name: figures, and columns of the snapshot.
  private static func values(
    _ request: Request, of base: CustomerBase
  ) throws(ReplyError) -> Values {
    let countMax = Figure.argumentCountMax(columnCount: base.frame.names.count)
    guard request.count - 1 <= countMax else {
      throw ReplyError(
        .wrongArguments,
        "\(request.count - 1) arguments are more than the \(countMax) that SCORE takes of this "
          + "snapshot; it takes \(Command.score.arguments)")
    }
    var values = Values()
    let segments = base.metadata["taxonomies"]?.arrayValue?.compactMap {
      $0["column"]?.stringValue
    }
    let derived = Figure.derived + [SegmentCatalog.columnName] + (segments ?? [])
    for i in 1..<max(1, request.count) {
      let text = request.text(i) ?? ""
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw ReplyError(
          .wrongArguments,
          "'\(shown(request.argument(i)))' is not name=value; SCORE takes "
            + Command.score.arguments)
      }
      let (name, value) = (parts[0].lowercased(), String(parts[1]))
      let isNew: Bool
      if Figure.all.contains(name) {
        isNew = values.figures.updateValue(value, forKey: name) == nil
      } else if let column = base.frame.column(ignoringCase: String(parts[0]))?.name {
        if derived.contains(column) {
          throw ReplyError(
            .wrongArguments, "\(column) follows from the figures: SCORE works it out")
        }
        isNew = values.given.updateValue(value, forKey: column) == nil
      } else {
        let columns = base.frame.names.filter { !derived.contains($0) }
        let hint = NearestName.hint(name, among: Figure.all + columns)
        throw ReplyError(
          .wrongArguments,
          "SCORE does not know '\(shown(Array(name.utf8).span))'\(hint); it takes "
            + Command.score.arguments)
      }
      guard isNew else {
        throw ReplyError(.wrongArguments, "\(shown(Array(name.utf8).span)) is given twice")
      }
    }
    return values
  }

  private struct Values {
    var figures: [String: String] = [:]
    var given: [String: String] = [:]

    /// The one of these names that is given; several contradict each other or say the same.
    private func one(_ names: [String]) throws(ReplyError) -> (name: String, text: String)? {
      let found = names.filter { figures[$0] != nil }
      guard found.count <= 1 else {
        throw ReplyError(
          .wrongArguments, "\(found.joined(separator: " and ")) say the same; give one of them")
      }
      return found.first.map { ($0, figures[$0]!) }
    }

    /// A day, as one or as days before the snapshot's date.
    func day(_ names: [String], asOf: Int64) throws(ReplyError) -> Int32? {
      guard let (name, text) = try one(names) else { return nil }
      if name.hasSuffix("_purchase") {
        guard let day = Day.parse(text), Int64(day) <= asOf,
          asOf - Int64(day) <= Figure.dayLimit
        else {
          throw ReplyError(
            .wrongArguments,
            "\(name) is a date, YYYY-MM-DD, up to the snapshot's, \(Day.text(Int32(clamping: asOf)))"
          )
        }
        return day
      }
      guard let days = UnseenCustomer.whole(text), (0...Figure.dayLimit).contains(days) else {
        throw ReplyError(
          .wrongArguments, "SCORE needs \(name), \(Figure.dayRange)")
      }
      return Int32(clamping: asOf - days)
    }

    func count(_ name: String) throws(ReplyError) -> Int32? {
      guard let text = figures[name] else { return nil }
      guard let count = UnseenCustomer.whole(text).flatMap({ Int32(exactly: $0) }), count >= 1
      else {
        throw ReplyError(
          .wrongArguments, "SCORE needs \(name), a whole number from 1 to \(Int32.max)")
      }
      return count
    }

    func amount(_ name: String) throws(ReplyError) -> Int64? {
      guard let text = figures[name] else { return nil }
      guard let amount = UnseenCustomer.amount(text) else {
        throw ReplyError(
          .wrongArguments, "SCORE needs \(name), an amount up to \(Money.text(.max))")
      }
      return amount
    }

    /// The total: as it is, or the mean times the orders.
    func monetary(orders: Int32) throws(ReplyError) -> Int64 {
      guard let (name, _) = try one(Figure.money), let amount = try amount(name) else {
        throw ReplyError(
          .wrongArguments,
          "SCORE needs monetary or monetary_mean, an amount up to \(Money.text(.max))")
      }
      if name != "monetary_mean" { return amount }
      let (total, isPast) = amount.multipliedReportingOverflow(by: Int64(orders))
      guard !isPast else {
        throw ReplyError(.wrongArguments, "monetary_mean times orders is past 64 bits")
      }
      return total
    }
  }

  /// A whole number, `12` or `12.0`.
  private static func whole(_ text: String) -> Int64? {
    if let value = Int64(text) { return value }
    guard let value = Double(text), value == value.rounded(), abs(value) < 1e15 else { return nil }
    return Int64(value)
  }

  /// An amount in units of 10⁻⁴, exact; further decimals are rounded half to even. Also `1e6`, by its double.
  package static func amount(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - digits.count <= 1 else { return nil }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
    guard isPlain, digits.contains(where: { $0 != "." }) else {
      guard let value = Double(text), abs(value) <= 9e14 else { return nil }
      return Int64((value * Double(Money.unitsPerOne)).rounded(.toNearestOrEven))
    }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    let four = fraction.prefix(4) + String(repeating: "0", count: max(0, 4 - fraction.count))
    guard let units = Int64(parts[0] + four) else { return nil }
    let rest = fraction.dropFirst(4)
    var isUp = false
    if let first = rest.first {
      let isHalf = first == "5" && rest.dropFirst().allSatisfy { $0 == "0" }
      isUp = isHalf ? units & 1 == 1 : first >= "5"
    }
    let (rounded, isPast) = units.addingReportingOverflow(isUp ? 1 : 0)
    if isPast { return nil }
    return isNegative ? -rounded : rounded
  }
}
