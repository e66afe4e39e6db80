package import Classification
package import Columns
package import Expressions

/// What a `strata.yaml` says. What it does not say is nil or empty; defaults are the command line's.
///
///     let configuration = try Configuration.load(path: "shop.strata/strata.yaml")
///     configuration.rfm.bins               // nil: not said
///     configuration.taxonomies.first?.name // the primary taxonomy, column `segment`
///
/// Loading checks everything that can be checked without data; names of columns wait for `strata check` or the run.
package struct Configuration: Sendable {
  /// The file it was read from; empty for no file.
  package var path = ""
  /// The file's text, for what is found wrong with it later.
  package var text = ""
  package var ingest = Ingest()
  package var customers = Customers()
  package var asOf: Int32?
  package var window: TimeSpan?
  package var rfm = RFM()
  package var value = Value()
  package var clusters = Clusters()
  /// In the file's order, each name once.
  package var taxonomies: [Taxonomy] = []
  /// In the file's order, each name once.
  package var tags: [TagRule] = []
  package var export = Export()
  /// In the file's order, each name once.
  package var alerts: [Alert] = []
  package var drift = Drift()

  /// What no file says.
  package init() {}

  /// Columns that the engine makes, attributes left out.
  package static var engineColumnNames: [String] { Taxonomy.reservedNames }

  /// The file's name inside a store.
  package static let fileName = "strata.yaml"
}

extension Configuration {
  /// `alerts:`: a command that is run when events of a night match.
  package struct Alert: Sendable {
    package let name: String
    /// A condition on an event: `from`, `to`, and the customer's columns.
    package let when: Rule
    /// A program and its arguments; the path of the events' file is put behind them. No shell runs it.
    package let command: String
    package let position: TextPosition

    package init(name: String, when: Rule, command: String, position: TextPosition) {
      self.name = name
      self.when = when
      self.command = command
      self.position = position
    }
  }

  /// `drift:`: how far measures may move from one snapshot to the next.
  package struct Drift: Sendable, Equatable {
    package enum Consequence: String, Sendable, CaseIterable {
      case fail
      case warn
    }

    /// Population stability index from which on a measure has drifted.
    package var psi: Double?
    /// Relative move of a quantile from which on a measure has drifted.
    package var quantileShift: Double?
    package var onBreach: Consequence?
    /// Whether a breach that fails the run leaves the snapshot published.
    package var publishes: Bool?

    package init() {}
  }

  /// `export:`: what a plain export holds, and a section for each system that it is made for.
  package struct Export: Sendable, Equatable {
    package var columns: [Located<String>]?
    /// Only customers of these segments.
    package var segments: [Located<String>] = []
    package var file: String?
    /// Sections by the system's name, as they were written: `salesforce`, `hubspot`, ….
    package var systems: [String: ConfigurationNode] = [:]

    /// Names of systems that may have a section.
    package static let systemNames = ["salesforce", "hubspot", "zoho", "jiandaoyun", "fxiaoke"]

    package init() {}
  }
}
