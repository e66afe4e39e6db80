import ArgumentParser
import Configuration
import JSONText
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct InitVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a commented strata.yaml into a store.",
    discussion: """
      Makes the store when there is none. In a store that has data, the file names its columns.
      """)

  @OptionGroup var target: StoreArgument

  @Flag(help: "Overwrite a strata.yaml that is there.")
  var force = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    // All that can be refused is refused before a store is made.
    let path = target.store + "/" + Configuration.fileName
    try StoreOutput.refuse(path, store: target.store, except: Configuration.fileName)
    if !force && access(path, F_OK) == 0 {
      throw Failure(
        .cannotCreate, "\(path): is there already; give --force to write it anew")
    }
    let store = try Store.openOrCreate(at: target.store)
    try writeFile(
      path, try InitVerb.template(store).text, store: store.path,
      ownFile: Configuration.fileName)
    if common.json {
      return try printText(JSON.object([JSON.Member("file", .string(path))]).compactText + "\n")
    }
    try printText(
      "\(path) is written. Edit it, then look at it with `strata check \(target.store)`\n")
  }

  /// The template with the columns of the last order log and the attributes of the customers.
  private static func template(_ store: Store) throws -> ConfigurationTemplate {
    var template = ConfigurationTemplate()
    if let batch = store.manifest.batches.last {
      let file = try store.batchRecord(batch)["ingest"]?["files"]?.arrayValue?.last
      template.customer = file?["customer"]?.stringValue
      template.date = file?["date"]?.stringValue
      template.amount = file?["amount"]?.stringValue
      template.order = file?["order"]?.stringValue
    }
    if let snapshot = store.currentSnapshot {
      let engine = Set(Configuration.engineColumnNames)
      let columns = try store.snapshotRecord(snapshot)["taxonomies"]?.arrayValue ?? []
      let taxonomies = Set(columns.compactMap { $0["column"]?.stringValue })
      template.attributes = try store.snapshotSchema(snapshot).filter { !$0.isHidden }.map(\.name)
        .filter { !engine.contains($0) && !taxonomies.contains($0) }
    }
    return template
  }
}
