import Columns

/// A term bound to the columns that it reads: fills a stretch of a design column.
///
/// An attribute that is absent from the frame, or has another type than when the model was fitted, counts as
/// missing for everybody: a stored model can always score.
enum BoundTerm {
  case purchases(PurchaseFeature)
  case number(Column?, centre: Double, spread: Double)
  case missing(Column?, isNumber: Bool)
  /// The value of each dictionary code.
  case lookup(Column, DictionaryCodes, [Float])
  case zero

  init(_ term: DesignTerm, _ attributes: Frame?) {
    let column = term.attribute.flatMap { attributes?[$0] }
    switch term {
    case .purchases(let feature):
      self = .purchases(feature)
    case .number(_, let centre, let spread):
      self = .number(column, centre: centre, spread: spread)
    case .missing:
      if case .string = column?.values {
        self = .missing(column, isNumber: false)
      } else {
        self = .missing(column, isNumber: true)
      }
    case .level(_, let level):
      self = BoundTerm.lookup(column) { $0 == level }
    case .otherLevels(_, let known):
      let known = Set(known)
      self = BoundTerm.lookup(column) { !known.contains($0) }
    }
  }

  private static func lookup(_ column: Column?, _ isOne: (String) -> Bool) -> BoundTerm {
    guard let column, case .string(let codes, let levels) = column.values else { return .zero }
    return .lookup(column, codes, levels.array.map { isOne($0) ? 1 : 0 })
  }

  /// Fills `target` for `customers`; purchase terms are filled by whoever reads the purchases.
  func fill(
    _ target: UnsafeMutableBufferPointer<Float>, _ customers: ArraySlice<UInt32>,
    _ scratch: inout [Double]
  ) {
    switch self {
    case .purchases: return
    case .zero: target.update(repeating: 0)
    case .number(nil, _, _): target.update(repeating: 0)
    case .missing(nil, _): target.update(repeating: 1)
    case .number(let column?, let centre, let spread):
      column.copyNumbers(of: customers, into: &scratch)
      for i in target.indices {
        let value = scratch[i]
        target[i] = value.isFinite ? BoundTerm.bounded((value - centre) / spread) : 0
      }
    case .missing(let column?, isNumber: true):
      column.copyNumbers(of: customers, into: &scratch)
      for i in target.indices { target[i] = scratch[i].isFinite ? 0 : 1 }
    case .missing(let column?, isNumber: false):
      for (i, row) in customers.enumerated() { target[i] = column.isNull(Int(row)) ? 1 : 0 }
    case .lookup(let column, let codes, let values):
      for (i, row) in customers.enumerated() {
        target[i] = column.isNull(Int(row)) ? 0 : values[codes[Int(row)]]
      }
    }
  }

  /// A customer to be scored can lie absurdly far from those that the model was fitted on.
  private static func bounded(_ value: Double) -> Float { Float(min(max(value, -1e6), 1e6)) }
}
