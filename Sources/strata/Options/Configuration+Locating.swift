import Classification
import Configuration
import Expressions
import Models
import Pipeline

extension Configuration {
  /// Runs `body`; what turns out wrong with something that the file says is told at its place in the file.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RuleErrors {
      throw located(error)
    } catch PipelineError.unknownAttribute(let name, let known) where name == rfm.by?.value {
      throw located(unknownColumn(name, among: known), at: rfm.by?.position)
    } catch let error as PipelineError {
      guard case .taxonomyIsColumn(let name) = error,
        let taxonomy = taxonomies.first(where: { $0.name == name }), taxonomy.position != nil
      else { throw error }
      throw located("\(error)", at: taxonomy.position)
    } catch ClusteringError.unknownFeature(let name, let columns) {
      let feature = clusters.features?.first { $0.value == name }
      guard let feature else { throw ClusteringError.unknownFeature(name, columns: columns) }
      throw located(unknownColumn(name, among: columns), at: feature.position)
    }
  }

  private func unknownColumn(_ name: String, among columns: [String]) -> String {
    "unknown column \(name)"
      + (NearestName.of(name, among: columns).map { "; did you mean \($0)?" }
        ?? "; there are: " + columns.joined(separator: ", "))
  }
}
