/// What the cells of a column could be, gathered cell by cell; pieces of a column merge in any order.
struct CellKinds: Sendable {
  /// What every cell so far can be read as. Every cell can be text.
  struct Fits: OptionSet, Sendable {
    let rawValue: UInt8
    static let int = Fits(rawValue: 1)
    static let float = Fits(rawValue: 2)
    static let bool = Fits(rawValue: 4)
    static let date = Fits(rawValue: 8)
    static let numbers: Fits = [.int, .float]
    static let all: Fits = [.int, .float, .bool, .date]
  }

  /// What some cell is.
  struct Seen: OptionSet, Sendable {
    let rawValue: UInt8
    /// A number that may be a code.
    static let code = Seen(rawValue: 1)
    /// Yes or no as one letter or digit.
    static let shortBool = Seen(rawValue: 2)
    /// A date like 03/04/2024, and those that prove which part is the day.
    static let ambiguousDate = Seen(rawValue: 4)
    static let dayFirst = Seen(rawValue: 8)
    static let monthFirst = Seen(rawValue: 16)
  }

  private(set) var fits = Fits.all
  private(set) var seen: Seen = []
  /// Cells that are not empty.
  private(set) var valueCount = 0

  /// Looks at a cell that is not empty and has no blanks around it.
  mutating func take(_ cell: UnsafeBufferPointer<UInt8>, _ formats: CellFormats) {
    valueCount += 1
    if fits.isEmpty { return }
    if !fits.isDisjoint(with: .numbers) {
      let (number, isCode) = formats.numbers.parse(cell)
      switch number {
      case .integer: break
      case .decimal: fits.remove(.int)
      case .notANumber: fits.subtract(.numbers)
      }
      if isCode { seen.insert(.code) }
    }
    if fits.contains(.bool) {
      if let bool = BoolText.parse(cell) {
        if !bool.isWord { seen.insert(.shortBool) }
      } else {
        fits.remove(.bool)
      }
    }
    if fits.contains(.date) { takeDate(cell, formats) }
  }

  mutating func takeDate(_ cell: UnsafeBufferPointer<UInt8>, _ formats: CellFormats) {
    switch formats.dates.parse(cell) {
    case .day: break
    case .empty, .notADate: fits.remove(.date)
    case .ambiguous:
      seen.insert(.ambiguousDate)
      let isDayFirst = formats.dayFirst.parse(cell) != .notADate
      let isMonthFirst = formats.monthFirst.parse(cell) != .notADate
      switch (isDayFirst, isMonthFirst) {
      case (true, false): seen.insert(.dayFirst)
      case (false, true): seen.insert(.monthFirst)
      case (true, true): break
      case (false, false): fits.remove(.date)
      }
    }
  }

  mutating func merge(_ other: CellKinds) {
    fits.formIntersection(other.fits)
    seen.formUnion(other.seen)
    valueCount += other.valueCount
  }

  /// Which part of an ambiguous date is the day; nil when the cells do not say, or contradict each other.
  var dayMonthOrder: DayMonthOrder? {
    switch (seen.contains(.dayFirst), seen.contains(.monthFirst)) {
    case (true, false): .dayFirst
    case (false, true): .monthFirst
    default: nil
    }
  }

  /// Whether all cells are dates of a known order.
  var areDates: Bool {
    fits.contains(.date) && (!seen.contains(.ambiguousDate) || dayMonthOrder != nil)
  }

  /// Whether all cells can be read as a type that is known beforehand: codes are numbers then, and `1` is yes.
  func fit(_ type: AttributeType) -> Bool {
    switch type {
    case .int: fits.contains(.int)
    case .float: fits.contains(.float)
    case .bool: fits.contains(.bool)
    case .date: fits.contains(.date)
    case .category, .text: true
    }
  }

  /// The type that the cells suggest; nil for text, whose repeats decide.
  var inferredType: AttributeType? {
    if !seen.contains(.code) {
      if fits.contains(.int) { return .int }
      if fits.contains(.float) { return .float }
    }
    if fits.contains(.bool) && !seen.contains(.shortBool) { return .bool }
    return areDates ? .date : nil
  }
}

/// How the cells of a file are written.
struct CellFormats: Sendable {
  let numbers: NumberFormat
  let dates: DateParser
  let dayFirst = DateParser(.dayFirst)
  let monthFirst = DateParser(.monthFirst)

  init(_ options: AttributeOptions) {
    numbers = options.numberFormat
    dates = DateParser(options.dateFormat)
  }

  /// Why a cell that is not empty cannot be of a type that was asked for; nil when it can.
  func problem(_ cell: UnsafeBufferPointer<UInt8>, as type: AttributeType) -> String? {
    switch type {
    case .category, .text: return nil
    case .int:
      switch numbers.parse(cell).value {
      case .integer: return nil
      case .decimal: return "not a whole number that fits 64 bits"
      case .notANumber: return "not a whole number"
      }
    case .float: return numbers.parse(cell).value == .notANumber ? "not a number" : nil
    case .bool: return BoolText.parse(cell) == nil ? "not yes or no" : nil
    case .date:
      var kinds = CellKinds()
      kinds.takeDate(cell, self)
      return kinds.fits.contains(.date) ? nil : "not a date"
    }
  }
}
