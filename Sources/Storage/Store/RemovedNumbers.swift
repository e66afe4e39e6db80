/// The greatest numbers that a store has given and whose directories are no longer in force: a number is an identity,
/// and is never given twice.
package struct RemovedNumbers: Sendable, Equatable {
  /// By folder; one that is missing has had nothing removed.
  private(set) var numbers: [String: Int] = [:]
  /// By the as-of date of a snapshot, days since 1970-01-01.
  private(set) var sequences: [Int32: Int] = [:]

  package init() {}

  /// Notes that this directory's number is given.
  mutating func add(_ name: DirectoryName) {
    if let asOf = name.asOf {
      sequences[asOf] = max(sequences[asOf] ?? 0, name.number)
    } else {
      numbers[name.folder] = max(numbers[name.folder] ?? 0, name.number)
    }
  }

  /// The greatest number of a folder, 0 for none.
  func number(in folder: String) -> Int { numbers[folder] ?? 0 }

  /// The greatest sequence of a date, 0 for none.
  func sequence(asOf: Int32) -> Int { sequences[asOf] ?? 0 }

  /// Whether the number of a directory is one of a removed directory, or before one.
  func covers(_ name: DirectoryName) -> Bool {
    name.number <= (name.asOf.map(sequence) ?? number(in: name.folder))
  }
}
