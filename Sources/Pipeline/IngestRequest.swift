package import Ingest

/// What is asked of an ingest.
package struct IngestRequest: Sendable {
  /// Order logs; `-` is standard input.
  package var paths: [String]
  package var options: IngestOptions
  /// Where rejected rows are written.
  package var rejectsPath: String?
  /// Take content that was ingested before.
  package var isAgain = false

  package init(paths: [String], options: IngestOptions) {
    self.paths = paths
    self.options = options
  }
}
