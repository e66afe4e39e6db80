import ArgumentParser

/// The verbs, in the order in which a newcomer meets them.
let verbs: [any ParsableCommand.Type] = [
  InitVerb.self, CheckVerb.self, RunVerb.self, IngestVerb.self, ScoreVerb.self, ExportVerb.self,
  QueryVerb.self, ServeVerb.self, DiffVerb.self, HistoryVerb.self, ModelsVerb.self,
  EvaluateVerb.self,
  SnapshotsVerb.self, VerifyVerb.self, CollectVerb.self, GenerateVerb.self,
]
