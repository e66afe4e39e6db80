import ArgumentParser
struct Failure: Error {
  let status: ExitStatus
  let message: String
  init(_ status: ExitStatus, _ message: String) { self.status = status; self.message = message }
  init?(_ error: any Error) { guard let f = error as? Failure else { return nil }; self = f }
}
let verbs: [any ParsableCommand.Type] = []
