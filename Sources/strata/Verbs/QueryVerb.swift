import ArgumentParser
import Expressions
import Pipeline
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct QueryVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask a snapshot one SELECT, in process.",
    discussion: """
      There is one table, customers. FROM customers AT '2026-11-20' asks an older snapshot. \
      On a terminal the answer is an aligned table, else CSV.
      """)

  @OptionGroup var target: StoreArgument

  @Argument(help: "For example: SELECT segment, count(*) FROM customers GROUP BY segment")
  var select: String

  @Flag(help: "Print CSV, also on a terminal.")
  var csv = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
  }

  func run() throws {
    common.apply()
    do {
      let query = try Query.parse(select)
      let store = try Store.open(at: target.store)
      let entry = try store.snapshot(named: query.at ?? "latest")
      let source = try QuerySource(SnapshotReader(store, entry), of: store)
      try print(query.run(on: source))
    } catch let error as QueryError {
      let lead = error.byteOffset == nil ? "" : "the query fails here:\n"
      throw Failure(.usage, lead + error.rendered(in: select))
    }
  }

  private func print(_ result: QueryResult) throws {
    if common.json {
      try printText(String(decoding: result.jsonTable, as: UTF8.self) + "\n")
    } else if csv || isatty(STDOUT_FILENO) == 0 {
      try printText(String(decoding: result.csv, as: UTF8.self))
    } else {
      try printText(result.tableText)
    }
  }
}
