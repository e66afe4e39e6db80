/// The dates 1970-01-01 to 2099-12-31 as text, 16 bytes an entry of which 10 count: a date costs one load.
enum DateTable {
  static let days: Range<Int32> = 0..<47_482

  // SAFETY: made once, never written again, never freed.
  nonisolated(unsafe) static let entries: UnsafeRawPointer = {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: days.count * 16)
    table.initialize(repeating: 0x20, count: days.count * 16)
    for day in days { _ = putDay(day, at: table + Int(day) * 16) }
    return UnsafeRawPointer(table)
  }()
}
