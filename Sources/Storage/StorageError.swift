/// What went wrong in a store: the one error of this module.
///
/// It says where (file, block, byte), what was found, what was expected, and what to do.
///
///     do { … } catch where error.kind == .damaged { … }
package struct StorageError: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// Stored bytes are not what was written.
    case damaged
    /// Written by a later version of the format.
    case tooNew
    /// A file, directory, snapshot or column that is not there.
    case missing
    /// The directory is not a store, or is not empty where a new store is wanted.
    case notAStore
    /// Another process writes; its id where it is known.
    case locked(processID: Int32?)
    /// A call of the operating system failed.
    case system(call: SystemCalls.Call, code: Int32)
    /// More than the format or this module's limits hold.
    case limit
    /// The caller asked for what cannot be stored (two columns of one name, a year past 9999).
    case invalid
  }

  package let kind: Kind
  /// The file or directory it is about.
  package let path: String
  /// Block number within a column file.
  package let block: Int?
  /// Where in the file.
  package let byteOffset: Int?
  package let found: String
  /// Empty where `found` is a sentence that says it all.
  package let expected: String
  /// What to do about it.
  package let advice: String

  package init(
    _ kind: Kind, path: String, block: Int? = nil, byteOffset: Int? = nil, found: String,
    expected: String, advice: String
  ) {
    self.kind = kind
    self.path = path
    self.block = block
    self.byteOffset = byteOffset
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  /// Stored bytes that are not what was written.
  static func damaged(
    _ path: String, block: Int? = nil, at byteOffset: Int? = nil, found: String, expected: String
  ) -> StorageError {
    StorageError(
      .damaged, path: path, block: block, byteOffset: byteOffset, found: found,
      expected: expected,
      advice: "restore the file from a copy, or make the store anew from its sources")
  }

  /// The same error with more advice.
  package func advising(_ more: String) -> StorageError {
    StorageError(
      kind, path: path, block: block, byteOffset: byteOffset, found: found, expected: expected,
      advice: advice + "; " + more)
  }

  /// The exit code of sysexits that says the same.
  package var exitCode: Int32 {
    switch kind {
    case .damaged, .tooNew, .limit: 65
    case .missing, .notAStore: 66
    case .locked: 75
    case .invalid: 64
    case .system(let call, _):
      switch call {
      case .makeDirectory: 73
      default: 74
      }
    }
  }
}

extension StorageError: CustomStringConvertible {
  package var description: String {
    var place = path
    if let block { place += ", block \(block)" }
    if let byteOffset { place += ", byte \(byteOffset)" }
    if expected.isEmpty { return "\(place): \(found); \(advice)" }
    return "\(place): found \(found); expected \(expected); \(advice)"
  }
}
