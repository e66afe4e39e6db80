import Synchronization

/// The distinct values of the kept columns, shared by all workers.
final class KeptValues: Sendable {
  private let columns: Mutex<[ByteDictionary]>

  init(columnCount: Int) {
    columns = Mutex(Array(repeating: ByteDictionary(), count: columnCount))
  }

  func code(column: Int, value: UnsafeBufferPointer<UInt8>) -> UInt32 {
    nonisolated(unsafe) let value = value
    return columns.withLock { UInt32($0[column].code(of: value).code) }
  }

  /// A kept column's distinct values end up in one table of at most 4 GiB.
  func checkLimit(_ names: [String]) throws(IngestError) {
    let sizes = columns.withLock { $0.map(\.byteCount) }
    for (name, size) in zip(names, sizes) where size > IngestLimits.keptColumnByteCount {
      throw IngestError(
        .badData, "too many different values to keep", column: name, found: "\(size) bytes of them",
        expected: "at most \(IngestLimits.keptColumnByteCount)", advice: "Do not keep this column")
    }
  }

  /// The dictionaries as they are now.
  var dictionaries: [ByteDictionary] { columns.withLock { $0 } }
}

/// A worker's own copy of the values it has met, so that it seldom asks for the shared ones.
struct KeptValueCache {
  private let shared: KeptValues
  private let column: Int
  private var local = ByteDictionary()
  private var sharedCodes: [UInt32] = []

  init(shared: KeptValues, column: Int) {
    self.shared = shared
    self.column = column
  }

  mutating func code(of value: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let (code, isNew) = local.code(of: value)
    if isNew { sharedCodes.append(shared.code(column: column, value: value)) }
    return sharedCodes[code]
  }
}
