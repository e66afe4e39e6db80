import Classification
import Columns
import Kernels
import Models
import QueryProtocol

/// One customer as a row of a snapshot's frame: columns that are known, others that were given as text, the rest null.
struct UnseenRow {
  private(set) var known: [String: Column] = [:]
  let given: [String: String]

  /// A customer by figures.
  init(_ customer: UnseenCustomer) {
    given = customer.given
    set(customer.figures, asOf: customer.asOf)
  }

  /// A row of a snapshot.
  init(_ frame: Frame, row: Int) {
    given = [:]
    let only = AlignedBuffer([UInt32(row)])
    for column in frame.columns { add(column.gathered(only)) }
  }

  mutating func add(_ column: Column) { known[column.name] = column }

  /// Recency, frequency, amounts, and what follows from them.
  mutating func set(_ figures: SegmentJudge.Figures, asOf: Int32) {
    let mean = meanAmount(figures.monetary, orders: Int64(figures.orders))
    for column in [
      Column("first_purchase", .day(AlignedBuffer([figures.firstDay]))),
      Column("last_purchase", .day(AlignedBuffer([figures.lastDay]))),
      Column("recency_days", .int32(AlignedBuffer([asOf &- figures.lastDay]))),
      Column("orders", .int32(AlignedBuffer([figures.orders]))),
      Column("purchase_days", .int32(AlignedBuffer([figures.purchaseDays]))),
      Column("monetary_total", .money(AlignedBuffer([figures.monetary]))),
      Column("monetary_mean", .money(AlignedBuffer([mean]))),
    ] { add(column) }
  }

  /// The scores r, f and m, and their digits.
  mutating func setScores(_ scores: [Int], bins: RFMBins?) {
    let buffers = scores.map { AlignedBuffer([UInt8(clamping: $0)]) }
    for (name, buffer) in zip(["r", "f", "m"], buffers) { add(Column(name, .uint8(buffer))) }
    guard let bins, zip(scores, [bins.recency, bins.frequency, bins.monetary]).allSatisfy(<=)
    else { return }
    add(
      RFMScores.digitsColumn(
        recency: buffers[0], frequency: buffers[1], monetary: buffers[2], bins: bins, validity: nil)
    )
  }

  /// The row with the columns of `base` but for some, under the same names and types.
  func frame(like base: Frame, without names: Set<String>) throws(NotScored) -> Frame {
    var frame = Frame(rowCount: 1)
    for column in base.columns where !names.contains(column.name) {
      if let own = known[column.name], own.type == column.type {
        frame.append(own)
      } else if let text = given[column.name], !text.isEmpty {
        guard let own = Column(column.name, column.type, parsing: text) else {
          throw NotScored("\(column.name)=\(text) is no value of type \(column.type.word)")
        }
        frame.append(own)
      } else {
        frame.append(Column(nullNamed: column.name, column.type))
      }
    }
    return frame
  }
}

extension UnseenCustomer {
  var figures: SegmentJudge.Figures {
    SegmentJudge.Figures(
      firstDay: firstDay, lastDay: lastDay, orders: orders, purchaseDays: purchaseDays,
      monetary: monetary)
  }
}

extension ColumnType {
  /// The type as attributes name it (Documentation/Attributes.md), whatever its width.
  fileprivate var word: String {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32: "int"
    case .float32, .float64: "float"
    case .bool: "bool"
    case .day: "date"
    case .money: "amount"
    case .string: "category"
    case .text: "text"
    }
  }
}

extension Column {
  /// One row without a value.
  fileprivate init(nullNamed name: String, _ type: ColumnType) {
    let values: ColumnValues =
      switch type {
      case .int8: .int8(AlignedBuffer([0]))
      case .int16: .int16(AlignedBuffer([0]))
      case .int32: .int32(AlignedBuffer([0]))
      case .int64: .int64(AlignedBuffer([0]))
      case .uint8: .uint8(AlignedBuffer([0]))
      case .uint16: .uint16(AlignedBuffer([0]))
      case .uint32: .uint32(AlignedBuffer([0]))
      case .float32: .float32(AlignedBuffer([0]))
      case .float64: .float64(AlignedBuffer([0]))
      case .bool: .bool(Bitmap([false]))
      case .string: .string(.uint8(AlignedBuffer([0])), StringTable([""]))
      case .day: .day(AlignedBuffer([0]))
      case .money: .money(AlignedBuffer([0]))
      case .text: .text(StringTable([""]))
      }
    self.init(name, values, validity: Bitmap([false]))
  }

  /// One row of a value as text; nil when it is none of the type.
  fileprivate init?(_ name: String, _ type: ColumnType, parsing text: String) {
    func one<Value: FixedWidthInteger & LosslessStringConvertible>(
      _ make: (AlignedBuffer<Value>) -> ColumnValues
    ) -> ColumnValues? {
      Value(text).map { make(AlignedBuffer([$0])) }
    }
    let values: ColumnValues? =
      switch type {
      case .int8: one(ColumnValues.int8)
      case .int16: one(ColumnValues.int16)
      case .int32: one(ColumnValues.int32)
      case .int64: one(ColumnValues.int64)
      case .uint8: one(ColumnValues.uint8)
      case .uint16: one(ColumnValues.uint16)
      case .uint32: one(ColumnValues.uint32)
      case .float32:
        Float(text).flatMap { $0.isFinite ? .float32(AlignedBuffer([$0])) : nil }
      case .float64:
        Double(text).flatMap { $0.isFinite ? .float64(AlignedBuffer([$0])) : nil }
      case .bool:
        ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false][
          text.lowercased()
        ].map { .bool(Bitmap([$0])) }
      case .string: .string(.uint8(AlignedBuffer([0])), StringTable([text]))
      case .day: Day.parse(text).map { .day(AlignedBuffer([$0])) }
      case .money: UnseenCustomer.amount(text).map { .money(AlignedBuffer([$0])) }
      case .text: .text(StringTable([text]))
      }
    guard let values else { return nil }
    self.init(name, values)
  }
}
