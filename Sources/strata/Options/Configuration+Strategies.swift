import ArgumentParser
import Classification
import Columns
import Configuration
import Evaluation
import Models
import Pipeline

extension Configuration {
  /// The file's taxonomies as strategies to evaluate; presets that come with the engine's strategies are left out.
  ///
  /// At each cut-off customers are scored as the file says, on what was known by then.
  func strategies() throws -> [any Strategy] {
    let request = try ScoreOptions.parse([]).request(self)
    let grouping = TaxonomyGrouping(request)
    return taxonomies.enumerated().compactMap { index, taxonomy -> GroupStrategy? in
      if StrategyCatalogue.names.contains(taxonomy.name) { return nil }
      return GroupStrategy(taxonomy.name) { _ in
        { knowledge in
          let base = knowledge.base
          let groups = try grouping.assign(knowledge.summary, attributes: base.attributes) {
            base.batches
          }
          let assigned = groups[index].codes
          let codes = assigned.span
          return AlignedBuffer<UInt32>(count: codes.count) { out in
            for row in out.indices { out[row] = UInt32(codes[row]) }
          }
        }
      }
    }
  }
}
