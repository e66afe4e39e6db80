package import Ingest

/// What is asked of an ingest of attributes.
package struct AttributeRequest: Sendable {
  /// Files of customers; `-` is standard input.
  package var paths: [String]
  package var options: AttributeOptions
  /// Where rejected rows are written.
  package var rejectsPath: String?
  /// Take content that was ingested before.
  package var isAgain = false

  package init(paths: [String], options: AttributeOptions) {
    self.paths = paths
    self.options = options
  }
}
