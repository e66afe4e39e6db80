/// Why an ingest ended without a result: where, what was found, what was expected and what to do.
///
///     do { try ingest(…) } catch { exit(error.category == .badData ? 65 : …) }
package struct IngestError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for exit codes.
  package enum Category: Sendable, Equatable {
    /// A flag that makes no sense with the others (exit 64).
    case usage
    /// The input is not what it should be (exit 65).
    case badData
    /// The input is not there or cannot be opened (exit 66).
    case noInput
    /// Reading, or writing a temporary file, failed (exit 74).
    case inputOutput
  }

  package var category: Category
  /// What went wrong, in a sentence without a full stop.
  package var problem: String
  package var file: String?
  /// 1-based line.
  package var line: Int?
  package var column: String?
  package var found: String?
  package var expected: String?
  /// What to do about it.
  package var advice: String?

  package init(
    _ category: Category, _ problem: String, file: String? = nil, line: Int? = nil,
    column: String? = nil, found: String? = nil, expected: String? = nil, advice: String? = nil
  ) {
    self.category = category
    self.problem = problem
    self.file = file
    self.line = line
    self.column = column
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  package var description: String {
    var text = ""
    if let file { text += file + (line.map { ":\($0)" } ?? "") + ": " }
    if let column { text += "column '\(column)': " }
    text += problem
    if let found { text += "; found \(found)" }
    if let expected { text += "; expected \(expected)" }
    if let advice { text += ". \(advice)" }
    return text
  }
}
