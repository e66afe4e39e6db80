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
  /// New rows would take a customer past what a summary can hold.
  case customerTooLarge(id: String)
  /// The store has more of a customer than a summary can hold.
  case unscorableCustomer(id: String, batches: [String])
  /// Rows of a batch contradict its customers.
  case malformedRows

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
    case .customerTooLarge(let id):
      "customer \(id): with these files the amounts of its orders, refunds added to them, come to more "
        + "than 922,337,203,685,477, or their number to more than 2,147,483,647. Nothing was ingested: "
        + "the store is as it was. Check the amounts of this customer for values that are none, and "
        + "correct the files or leave its rows out"
    case .unscorableCustomer(let id, let batches):
      "customer \(id): the amounts of its orders come to more than 922,337,203,685,477, so that the store "
        + "cannot be scored; they are in batches \(batches.joined(separator: ", ")). Correct the files of "
        + "the batch that is wrong, and make the store anew without it"
    case .malformedRows:
      "a batch is malformed: its customers and rows contradict each other; run `strata verify`"
    }
  }
}

func dayText(_ day: Int32) -> String { Day.text(day) }
