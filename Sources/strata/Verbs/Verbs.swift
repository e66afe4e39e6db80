import ArgumentParser

/// The verbs, in the order in which a newcomer meets them.
let verbs: [any ParsableCommand.Type] = [
  RunVerb.self, IngestVerb.self, ScoreVerb.self, ExportVerb.self, SnapshotsVerb.self,
  VerifyVerb.self,
  CollectVerb.self,
]
