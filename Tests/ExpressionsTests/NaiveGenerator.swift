import Columns
import Expressions
import Kernels

/// A random table of a few hundred rows with nulls, and random conditions over it with their naive answers.
struct NaiveGenerator {
  enum Kind: CaseIterable { case number, text, day, bool }

  private var random: RandomStream
  private let columns: [(name: String, kind: Kind, values: [NaiveValue])]
  private let tag: [Bool]
  let source: QuerySource

  init(seed: UInt64, rowCount: Int) {
    var random = RandomStream(seed: seed)
    func values(_ make: (inout RandomStream) -> NaiveValue) -> [NaiveValue] {
      (0..<rowCount).map { _ in random.nextIndex(below: 6) == 0 ? .null : make(&random) }
    }
    let texts = ["a", "ab", "b", "", "Ab", "猫", "a%"]
    let unit = NaiveValue.unit
    let whole = values { .exact(Int128($0.nextIndex(below: 9)) * unit) }
    let edges: [Int64] = [.max, .min + 1, 922_337_203_685_477, 922_337_203_685_478, 3, 0]
    let big = values { .exact(Int128(edges[$0.nextIndex(below: 6)]) * unit) }
    let amounts: [Int64] = [.max, 9_223_372_036_854_770_000, 30_000, 25_000, -10_001, 40_000]
    let money = values { .exact(Int128(amounts[$0.nextIndex(below: 6)]) * 10_000) }
    let spent = values { .exact(Int128($0.nextIndex(below: 20)) * 5_000 * 10_000) }
    let floats = values {
      .float($0.nextIndex(below: 12) == 0 ? .nan : Double($0.nextIndex(below: 16)) / 2)
    }
    let days = values { .day(20_000 + $0.nextIndex(below: 12)) }
    let later = values { .day(20_000 + $0.nextIndex(below: 12)) }
    let category = values { .text(texts[$0.nextIndex(below: texts.count)]) }
    let name = values { .text(texts[$0.nextIndex(below: texts.count)]) }
    let flag = values { .bool($0.nextIndex(below: 2) == 0) }
    tag = (0..<rowCount).map { _ in random.nextIndex(below: 3) == 0 }
    columns = [
      ("i", .number, whole), ("big", .number, big), ("m", .number, money), ("s", .number, spent),
      ("x", .number, floats), ("d", .day, days), ("e", .day, later), ("c", .text, category),
      ("t", .text, name), ("b", .bool, flag),
    ]
    self.random = random
    func exact(_ values: [NaiveValue], _ unit: Int128) -> [Int64] {
      values.map { if case .exact(let units) = $0 { Int64(units / unit) } else { 0 } }
    }
    func column(_ name: String, _ values: [NaiveValue], _ stored: ColumnValues) -> Column {
      Column(name, stored, validity: Bitmap(values.map { $0 != .null }))
    }
    func dayNumbers(_ values: [NaiveValue]) -> AlignedBuffer<Int32> {
      AlignedBuffer(values.map { if case .day(let day) = $0 { Int32(day) } else { 0 } })
    }
    func strings(_ values: [NaiveValue]) -> [String] {
      values.map { if case .text(let text) = $0 { text } else { "" } }
    }
    let codes = strings(category).map { UInt8(texts.firstIndex(of: $0)!) }
    let frame = Frame(
      rowCount: rowCount,
      columns: [
        column("i", whole, .uint8(AlignedBuffer(exact(whole, unit).map { UInt8($0) }))),
        column("big", big, .int64(AlignedBuffer(exact(big, unit)))),
        column("m", money, .money(AlignedBuffer(exact(money, 10_000)))),
        column("s", spent, .money(AlignedBuffer(exact(spent, 10_000)))),
        column(
          "x", floats,
          .float64(AlignedBuffer(floats.map { $0.float ?? 0 }))),
        column("d", days, .day(dayNumbers(days))), column("e", later, .day(dayNumbers(later))),
        column("c", category, .string(.uint8(AlignedBuffer(codes)), StringTable(texts))),
        column("t", name, .text(StringTable(strings(name)))),
        column("b", flag, .bool(Bitmap(flag.map { $0 == .bool(true) }))),
      ])
    source = QuerySource(frame: frame, tags: [("vip", Bitmap(tag))])
  }

  private mutating func pick<T>(_ list: [T]) -> T { list[random.nextIndex(below: list.count)] }

  private mutating func chance(_ percent: Int) -> Bool { random.nextIndex(below: 100) < percent }

  // MARK: Values

  private mutating func column(_ kind: Kind, names: [String]? = nil) -> NaiveExpression {
    let (name, _, values) = pick(
      columns.filter { $0.kind == kind && names?.contains($0.name) != false })
    return NaiveExpression(text: name) { values[$0] }
  }

  private mutating func literal(_ kind: Kind) -> NaiveExpression {
    let value: NaiveValue
    let text: String
    switch kind {
    case .number where chance(20):
      let float = Double(random.nextIndex(below: 16)) / 2
      (text, value) = ("\(float)e0", .float(float))
    case .number where chance(25):
      let wide = pick(["9223372036854775808", "922337203685477.5807", "-9223372036854775807"])
      let parts = wide.split(separator: ".")
      let units = Int128(parts[0])! * NaiveValue.unit + (parts.count > 1 ? 58_070_000 : 0)
      (text, value) = (wide, .exact(units))
    case .number:
      let halves = random.nextIndex(below: 20) - 3
      let isWhole = halves % 2 == 0
      let sign = halves < 0 ? "-" : ""
      text = "\(sign)\(abs(halves) / 2)" + (isWhole ? "" : ".5")
      value = .exact(Int128(halves) * NaiveValue.unit / 2)
    case .text:
      let word = pick(["a", "ab", "b", "", "Ab", "zz", "猫"])
      (text, value) = ("'\(word)'", .text(word))
    case .day:
      let day = 19_998 + random.nextIndex(below: 16)
      (text, value) = ("DATE '\(Day.text(Int32(day)))'", .day(day))
    case .bool:
      let known = chance(50)
      (text, value) = (known ? "TRUE" : "false", .bool(known))
    }
    return NaiveExpression(text: text) { _ in value }
  }

  mutating func value(_ kind: Kind, depth: Int) -> NaiveExpression {
    if chance(4) { return NaiveExpression(text: "NULL") { _ in .null } }
    if depth == 0 || chance(55) { return chance(65) ? column(kind) : literal(kind) }
    if chance(25) { return choice(kind, depth) }
    switch kind {
    case .bool:
      let inner = condition(depth: depth - 1)
      return NaiveExpression(text: "(\(inner.text))", value: inner.value)
    case .text: return column(.text)
    case .day:
      let day = column(.day)
      let count = random.nextIndex(below: 9) - 4
      return NaiveExpression(text: "(\(day.text) + \(count))") { row in
        if case .day(let number) = day.value(row) { .day(number + count) } else { .null }
      }
    case .number: return computed()
    }
  }

  /// Arithmetic over columns of small numbers, which cannot overflow.
  private mutating func computed() -> NaiveExpression {
    let a = column(.number, names: ["i", "s"])
    let b = column(.number, names: ["i", "s"])
    let unit = NaiveValue.unit
    func numbers(
      _ text: String, _ compute: @escaping (Int128, Int128) -> Int128?
    ) -> NaiveExpression {
      NaiveExpression(text: text) { row in
        guard case .exact(let x) = a.value(row), case .exact(let y) = b.value(row) else {
          return .null
        }
        return compute(x, y).map { .exact($0) } ?? .null
      }
    }
    switch random.nextIndex(below: 8) {
    case 0: return numbers("(\(a.text) + \(b.text))") { $0 + $1 }
    case 1: return numbers("(\(a.text) - \(b.text))") { $0 - $1 }
    case 2: return numbers("(\(a.text) * 2.5 + \(b.text))") { $0 * 5 / 2 + $1 }
    case 3: return numbers("(\(a.text) % \(b.text))") { $1 == 0 ? nil : $0 % $1 }
    case 4: return numbers("abs(\(a.text) - \(b.text))") { Int128(($0 - $1).magnitude) }
    case 5:
      return numbers("floor(\(a.text) + 0 * \(b.text))") { x, _ in x / unit * unit }
    case 6:
      return numbers("ceil(\(a.text) + 0 * \(b.text))") { x, _ in (x + unit - 1) / unit * unit }
    default:
      return NaiveExpression(text: "(- \(a.text) / \(b.text))") { row in
        guard let x = a.value(row).float, let y = b.value(row).float, y != 0 else { return .null }
        return .float(-x / y)
      }
    }
  }

  /// CASE in both forms, and coalesce, of one kind; numbers of columns that fit each other.
  private mutating func choice(_ kind: Kind, _ depth: Int) -> NaiveExpression {
    let names = kind == .number ? ["i", "s"] : nil
    let a = column(kind, names: names)
    let b = column(kind, names: names)
    switch random.nextIndex(below: 3) {
    case 0:
      return NaiveExpression(text: "coalesce(\(a.text), \(b.text))") { row in
        a.value(row) == .null ? b.value(row) : a.value(row)
      }
    case 1:
      let subject = column(.number)
      let first = literal(.number)
      return NaiveExpression(
        text: "CASE \(subject.text) WHEN \(first.text) THEN \(a.text) ELSE \(b.text) END"
      ) { row in
        subject.value(row).order(first.value(row)) == 0 ? a.value(row) : b.value(row)
      }
    default:
      let when = condition(depth: depth - 1)
      return NaiveExpression(text: "CASE WHEN \(when.text) THEN \(a.text) END") { row in
        when.truth(row) == true ? a.value(row) : .null
      }
    }
  }

  // MARK: Conditions

  mutating func condition(depth: Int) -> NaiveExpression {
    if depth > 0, chance(55) {
      let a = condition(depth: depth - 1)
      let b = condition(depth: depth - 1)
      switch random.nextIndex(below: 5) {
      case 0, 1:
        return .condition("(\(a.text) AND \(b.text))") { row in
          NaiveExpression.and(a.truth(row), b.truth(row))
        }
      case 2, 3:
        return .condition("(\(a.text) OR \(b.text))") { row in
          NaiveExpression.or(a.truth(row), b.truth(row))
        }
      default: return .condition("NOT (\(a.text))") { row in a.truth(row).map { !$0 } }
      }
    }
    let kind = pick([Kind.number, .number, .number, .text, .day, .bool])
    switch random.nextIndex(below: 9) {
    case 0, 1: return comparison(kind, depth)
    case 2, 3, 4: return between(kind, depth)
    case 5, 6: return list(kind, depth)
    case 7: return plain(kind, depth)
    default: return like()
    }
  }

  private mutating func comparison(_ kind: Kind, _ depth: Int) -> NaiveExpression {
    let a = value(kind, depth: depth)
    let b = value(kind, depth: depth)
    let op = pick(["=", "==", "<>", "!=", "<", "<=", ">", ">="])
    return .condition("\(a.text) \(op) \(b.text)") { row in
      NaiveExpression.compare(op, a.value(row), b.value(row))
    }
  }

  private mutating func between(_ kind: Kind, _ depth: Int) -> NaiveExpression {
    let (a, b, c) = (
      value(kind, depth: depth), value(kind, depth: depth), value(kind, depth: depth)
    )
    let isNegated = chance(35)
    let word = isNegated ? "NOT BETWEEN" : "BETWEEN"
    return .condition("\(a.text) \(word) \(b.text) AND \(c.text)") { row in
      let inside = NaiveExpression.and(
        NaiveExpression.compare(">=", a.value(row), b.value(row)),
        NaiveExpression.compare("<=", a.value(row), c.value(row)))
      return inside.map { $0 != isNegated }
    }
  }

  private mutating func list(_ kind: Kind, _ depth: Int) -> NaiveExpression {
    let a = value(kind, depth: depth)
    var items: [NaiveExpression] = []
    for _ in 0...random.nextIndex(below: 4) { items.append(value(kind, depth: depth)) }
    let isNegated = chance(35)
    let texts = items.map(\.text).joined(separator: ", ")
    let all = items
    return .condition("\(a.text) \(isNegated ? "NOT IN" : "IN") (\(texts))") { row in
      let found = all.reduce(false as Bool?) {
        NaiveExpression.or($0, NaiveExpression.compare("=", a.value(row), $1.value(row)))
      }
      return found.map { $0 != isNegated }
    }
  }

  /// IS NULL, a tag, a column of booleans.
  private mutating func plain(_ kind: Kind, _ depth: Int) -> NaiveExpression {
    switch random.nextIndex(below: 3) {
    case 0:
      let tag = tag
      return .condition("HAS TAG 'vip'") { tag[$0] }
    case 1: return column(.bool)
    default:
      let a = value(kind, depth: depth)
      let isNegated = chance(50)
      return .condition("\(a.text) IS \(isNegated ? "NOT NULL" : "NULL")") { row in
        (a.value(row) == .null) != isNegated
      }
    }
  }

  private mutating func like() -> NaiveExpression {
    let a = column(.text)
    let pattern = pick(["a%", "%b", "_", "%", "", "A_", "%a%", "_%"])
    let isNegated = chance(35)
    return .condition("\(a.text) \(isNegated ? "NOT LIKE" : "LIKE") '\(pattern)'") { row in
      guard case .text(let text) = a.value(row) else { return nil }
      return NaiveExpression.like(Substring(text), Substring(pattern)) != isNegated
    }
  }
}
