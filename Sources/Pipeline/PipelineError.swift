import Columns

/// What a job cannot do, besides what its modules refuse.
package enum PipelineError: Error, Equatable, CustomStringConvertible {
  /// There is nothing to score.
  case emptyStore(path: String)
  /// The date to score as of lies before every transaction.
  case noTransactions(asOf: Int32, firstDay: Int32)
  /// A file whose content is already in the store.
  case alreadyIngested(file: String, batch: String)
  /// A file of customers whose content is already in the store.
  case attributesAlreadyIngested(file: String, generation: String)
  /// A column of a snapshot has the name of an attribute.
  case attributeNameTaken(name: String)
  /// The same content stands twice among the files of one ingest.
  case sameFileTwice(file: String, other: String)
  /// The store has no such attribute.
  case unknownAttribute(name: String, known: [String])
  /// The store has no such customer.
  case unknownCustomer(id: String, store: String)
  /// A replay without dates, or with too many.
  case noDates(String)
  /// There are not two snapshots to compare.
  case nothingToCompare(String)
  /// A snapshot has no such segment.
  case unknownSegment(name: String, known: [String])
  /// A taxonomy would make a column that the customers have already.
  case taxonomyIsColumn(name: String)

  package var description: String {
    switch self {
    case .emptyStore(let path):
      "\(path): there are no transactions to score; ingest some first"
    case .noTransactions(let asOf, let firstDay):
      "there is no transaction on or before \(dayText(asOf)); the first is on \(dayText(firstDay))"
    case .alreadyIngested(let file, let batch):
      "\(file): this content was ingested before, in batch \(batch). "
        + "Its rows would count twice; give --again if that is meant"
    case .attributesAlreadyIngested(let file, let generation):
      "\(file): the attributes in this content were ingested before, in customers \(generation). "
        + "What came since would be undone; give --again if that is meant"
    case .attributeNameTaken(let name):
      "\(name) is the name of an attribute and of another column of the snapshot; give the taxonomy, "
        + "the tag or the model's column another name"
    case .sameFileTwice(let file, let other):
      "\(file): has the same content as \(other). Its rows would count twice; give --again if that is "
        + "meant"
    case .unknownAttribute(let name, let known):
      "--by \(name): the store has no such attribute"
        + (known.isEmpty ? "; it has none" : "; it has \(known.joined(separator: ", "))")
    case .unknownCustomer(let id, let store): "\(store): there is no customer \(id)"
    case .noDates(let reason), .nothingToCompare(let reason): reason
    case .unknownSegment(let name, let known):
      "there is no segment \(name); the segments are \(known.joined(separator: ", "))"
    case .taxonomyIsColumn(let name):
      "a taxonomy is named like the column \(name) of the customers; choose another name for it"
    }
  }
}

func dayText(_ day: Int32) -> String { Day.text(day) }
