import Aggregation
import Changes
import Classification
import Configuration
import Evaluation
import Export
import Expressions
import Generation
import Ingest
import Models
import Pipeline
import QueryServer
import Storage

/// An error as it leaves the program: what to say, and the exit code that says the same.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// Nil for what ArgumentParser prints itself: usage errors, help, the version.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StorageError:
      self.init(ExitStatus(rawValue: error.exitCode) ?? .bug, "\(error)")
    case let error as IngestError: self.init(ExitStatus(error.category), "\(error)")
    case let error as ConfigurationError:
      self.init(error.category == .noFile ? .noInput : .badConfiguration, "\(error)")
    case let error as RuleErrors: self.init(.badConfiguration, "\(error)")
    case let error as PipelineError: self.init(ExitStatus(error), "\(error)")
    case let error as AggregationError: self.init(.badData, "\(error)")
    case let error as RFMError: self.init(.usage, "\(error)")
    case let error as ClusteringError: self.init(.usage, "\(error)")
    case let error as RegressionError: self.init(.usage, "\(error)")
    case let error as EvaluationError: self.init(.usage, "\(error)")
    case let error as GeneratorError: self.init(ExitStatus(error), "\(error)")
    case let error as ChangesError: self.init(ExitStatus(error), "\(error)")
    case let error as QueryError: self.init(.usage, "\(error)")
    case let error as ExportError: self.init(ExitStatus(error), "\(error.withNearestName)")
    case let error as ServerError: self.init(ExitStatus(error.category), "\(error)")
    default: return nil
    }
  }
}

extension ExportError {
  /// The same error with the name that was probably meant.
  fileprivate var withNearestName: ExportError {
    guard case .unknownColumn(let name, nil, let columns) = self else { return self }
    return .unknownColumn(
      name: name, near: NearestName.of(name, among: columns), columns: columns)
  }
}

extension ExitStatus {
  init(_ category: IngestError.Category) {
    switch category {
    case .usage: self = .usage
    case .badData: self = .badData
    case .noInput: self = .noInput
    case .inputOutput: self = .inputOutput
    }
  }

  init(_ category: ServerError.Category) {
    switch category {
    case .usage: self = .usage
    case .noInput: self = .noInput
    case .badConfiguration: self = .badConfiguration
    case .unavailable: self = .unavailable
    }
  }

  init(_ error: PipelineError) {
    switch error {
    case .emptyStore, .noTransactions, .unknownCustomer, .noDates, .nothingToCompare:
      self = .noInput
    case .alreadyIngested, .attributesAlreadyIngested, .sameFileTwice, .customerTooLarge,
      .unscorableCustomer, .malformedRows:
      self = .badData
    case .unknownAttribute, .unknownSegment, .attributeNameTaken: self = .usage
    case .taxonomyIsColumn: self = .badConfiguration
    }
  }

  init(_ error: ChangesError) {
    switch error {
    case .noColumn, .notOneOrder, .tooManySegments: self = .badData
    case .unknownTaxonomy, .differentTaxonomies, .badCondition, .badAlert, .badThreshold:
      self = .usage
    }
  }

  init(_ error: ExportError) {
    switch error {
    case .unknownColumn, .noColumn, .mapping, .inStore: self = .usage
    case .output(_, let call, _): self = call == "open" ? .cannotCreate : .inputOutput
    case .readerGone: self = .inputOutput
    }
  }

  init(_ error: GeneratorError) {
    switch error {
    case .write: self = .inputOutput
    case .outOfRange, .unreachable, .tooManyRows: self = .usage
    }
  }
}
