package import Columns
import Expressions
import Export

/// A condition on events, and the command that is run once when any event meets it.
package struct Alert: Sendable, Equatable {
  /// How reports call it.
  package let name: String
  /// An expression over the members of an event and the columns of its customer:
  /// `from = 'Champions' AND clv > 500`.
  package let when: String
  /// The program and its first arguments; the path of the file with the events is added as the last.
  package let command: [String]

  package init(name: String, when: String, command: [String]) throws(ChangesError) {
    guard !name.isEmpty, name.utf8.count <= ChangesLimits.alertNameByteCountMax else {
      throw .badAlert(
        name: name,
        reason: "a name has 1 to \(ChangesLimits.alertNameByteCountMax) bytes")
    }
    guard let program = command.first, !program.isEmpty else {
      throw .badAlert(name: name, reason: "there is no command to run")
    }
    self.name = name
    self.when = when
    self.command = command
  }

  /// The name as part of a file's name: what is neither letter nor digit nor `_` becomes `-`.
  package var fileName: String {
    String(name.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" })
  }

  /// Splits a command line at blanks; '…' and "…" keep blanks, and nothing else has a meaning: no shell runs it.
  package static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isInWord = false
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        (quote, isInWord) = (character, true)
      } else if character == " " || character == "\t" || character == "\n" {
        if isInWord { words.append(word) }
        (word, isInWord) = ("", false)
      } else {
        word.append(character)
        isInWord = true
      }
    }
    if isInWord { words.append(word) }
    return words
  }

  /// The columns of the customer that the condition asks besides the event's members.
  package func columnNames() throws(ChangesError) -> [String] {
    try parsed().columnNames.filter { name in
      !ChangeEvents.names.contains { $0 == name.lowercased() }
    }
  }

  /// The tags of the customer that the condition asks.
  package func tagNames() throws(ChangesError) -> [String] { try parsed().tagNames }

  /// The events that meet the condition.
  package func selection(_ events: ChangeEvents) throws(ChangesError) -> Bitmap {
    let source = QuerySource(
      frame: events.frame(with: try columnNames()), tags: events.tags(try tagNames()))
    do {
      return try source.bind(try parsed()).bitmap()
    } catch let error as QueryError {
      throw bad(error)
    } catch let error as ChangesError {
      throw error
    } catch {
      preconditionFailure("binding throws query errors")
    }
  }

  private func parsed() throws(ChangesError) -> Expression {
    do {
      return try Expression.parse(when)
    } catch {
      throw bad(error)
    }
  }

  private func bad(_ error: QueryError) -> ChangesError {
    .badCondition(
      alert: name,
      rendered: (error.byteOffset == nil ? " " : "\n") + error.rendered(in: when))
  }

  /// What became of an alert.
  package struct Outcome: Sendable, Equatable {
    package let name: String
    package let eventCount: Int
    /// Nil when there was no event, so that nothing was written and nothing ran.
    package let path: String?
    /// The command's exit status, 128 + the signal that ended it, 127 when it was not found, or 126 when it could
    /// not be started.
    package let status: Int32?

    /// What became of the command, in words.
    package var statusText: String {
      switch status {
      case nil: "nothing was run"
      case 126: "its command could not be started (status 126)"
      case 127: "its command was not found (status 127)"
      case let status?: "its command ended with status \(status)"
      }
    }

    package var hasFailed: Bool { (status ?? 0) != 0 }
  }

  /// Writes the events that meet the condition to `path` and runs the command on it, once, waiting for its end.
  /// With no such event there is no file (a former one of that name goes) and no run.
  package func run(_ events: ChangeEvents, path: String) throws -> Outcome {
    let selection = try selection(events)
    let count = selection.oneCount
    try refuseStore(path)
    guard count > 0 else {
      removeFile(path)
      return Outcome(name: name, eventCount: 0, path: nil, status: nil)
    }
    try events.write(to: .file(path), where: selection)
    return Outcome(
      name: name, eventCount: count, path: path, status: runCommand(command + [path]))
  }
}
