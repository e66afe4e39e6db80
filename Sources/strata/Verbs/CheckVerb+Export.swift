import ArgumentParser
import Classification
import Configuration
import Export
import Expressions
import Pipeline

/// What `check` says of the section `export:`.
extension CheckVerb {
  func exportProblems(
    _ configuration: Configuration, _ base: ScoredBase, _ columns: [String]
  ) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    let known = Set(columns.map { $0.lowercased() })
    for column in configuration.export.columns ?? []
    where !known.contains(column.value.lowercased()) {
      let hint = NearestName.hint(column.value, among: columns)
      problems.append(
        configuration.problem("unknown column \(column.value)\(hint)", at: column.position))
    }
    for segment in configuration.export.segments
    where !base.segments.names.contains(segment.value) {
      let hint = NearestName.hint(segment.value, among: base.segments.names)
      problems.append(
        configuration.problem(
          "\(base.segments.taxonomy) has no segment \(segment.value)\(hint)", at: segment.position))
    }
    return problems
  }

  /// Mistakes in the sections of customer systems: what `export --for` would refuse, and columns that are not there.
  func systemProblems(
    _ configuration: Configuration, _ columns: [String]
  ) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    for system in CRMSystem.allCases {
      guard let section = configuration.export.systems[system.rawValue] else { continue }
      do {
        let mapping = try CRMOptions.parse([]).mapping(system, columns: columns, configuration)
        let mapped = (section.entries ?? []).filter { ["id", "fields"].contains($0.key.value) }
        for entry in mapped.flatMap({ $0.value.entries ?? [] })
        where !columns.contains(entry.key.value) {
          let hint = NearestName.hint(entry.key.value, among: columns)
          problems.append(
            configuration.problem(
              "unknown column \(entry.key.value)\(hint)", at: entry.key.position))
        }
        try mapping.check(system)
      } catch let error as ConfigurationError {
        problems += error.problems
      } catch {
        problems.append(configuration.problem("\(error)", at: section.position))
      }
    }
    return problems
  }
}
