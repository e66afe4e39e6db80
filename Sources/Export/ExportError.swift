/// Why an export could not be written.
package enum ExportError: Error, Equatable, CustomStringConvertible {
  /// The frame has no such column; `near` is the closest name there is.
  case unknownColumn(name: String, near: String?, columns: [String])
  /// An export of no column at all.
  case noColumn
  /// A mapping that the system would refuse.
  case mapping(system: String, reason: String)
  /// The output would stand in a store.
  case inStore(String)
  /// A system call on the output failed.
  case output(path: String, call: String, reason: String)
  /// Whoever read standard output has closed their end, as `head` does when it has enough.
  case readerGone

  package var description: String {
    switch self {
    case .unknownColumn(let name, let near, let columns):
      "there is no column \(name)" + (near.map { "; did you mean \($0)?" } ?? ".")
        + " The columns are: \(columns.joined(separator: ", "))"
    case .noColumn: "the export names no column; leave the columns out to write all of them"
    case .mapping(let system, let reason): "export for \(system): \(reason)"
    case .inStore(let text): text
    case .output(let path, let call, let reason):
      "\(path): \(call): \(reason); the export was not written"
    case .readerGone: "standard output: the reader has gone"
    }
  }
}
