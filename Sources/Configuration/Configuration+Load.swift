import Classification
import Columns
import Expressions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Configuration {
  /// Reads a configuration file; throws all that is wrong with it at once.
  package static func load(path: String) throws(ConfigurationError) -> Configuration {
    guard let stream = fopen(path, "re") else {
      throw ConfigurationError(
        .noFile, path: path,
        problems: [
          ConfigurationProblem(
            "open: \(String(cString: strerror(errno))); `strata init` writes a configuration",
            at: nil)
        ])
    }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: ConfigurationLimits.byteCountMax + 1)
    let count = fread(&bytes, 1, bytes.count, stream)
    if ferror(stream) != 0 {
      let problem = ConfigurationProblem("read: \(String(cString: strerror(errno)))", at: nil)
      throw ConfigurationError(.noFile, path: path, problems: [problem])
    }
    if count > ConfigurationLimits.byteCountMax {
      let limit = ConfigurationLimits.byteCountMax
      let problem = ConfigurationProblem("more than \(limit) bytes", at: nil)
      throw ConfigurationError(path: path, problems: [problem])
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw ConfigurationError(
        path: path, problems: [ConfigurationProblem("not UTF-8 text", at: nil)])
    }
    return try parse(text, path: path)
  }

  /// The configuration of a store: its `strata.yaml`, or one that says nothing where there is none.
  package static func load(store: String) throws(ConfigurationError) -> Configuration {
    let path = store + "/" + fileName
    if access(path, F_OK) != 0 { return Configuration() }
    return try load(path: path)
  }

  /// Reads the text of a configuration file.
  ///
  /// - Parameter path: what messages call the file.
  package static func parse(
    _ text: String, path: String
  ) throws(ConfigurationError) -> Configuration {
    let hasMark = text.unicodeScalars.first == "\u{FEFF}"
    let text = hasMark ? String(text.unicodeScalars.dropFirst()) : text
    let document = ConfigurationDocument(path: path, text: text)
    var configuration = Configuration()
    configuration.path = path
    configuration.text = text
    let root = try document.root()
    if var reader = MappingReader(root, "the configuration", document) {
      configuration.read(&reader)
    }
    try document.throwProblems()
    return configuration
  }

  private mutating func read(_ reader: inout MappingReader) {
    let document = reader.document
    ingest = Configuration.ingest(reader.node("ingest"), document)
    customers = Configuration.customers(reader.node("customers"), document)
    asOf = reader.value("as-of", "a date such as 2026-11-21") { Day.parse($0) }?.value
    window = reader.value("window", "a span such as 365d or 12mo") { TimeSpan($0) }?.value
    rfm = Configuration.rfm(reader.node("rfm"), document)
    value = Configuration.value(reader.node("value"), document)
    clusters = Configuration.clusters(reader.node("clusters"), document)
    taxonomies = Configuration.taxonomies(reader.node("taxonomies"), document)
    tags = Configuration.tags(reader.node("tags"), document)
    export = Configuration.export(reader.node("export"), document)
    alerts = Configuration.alerts(reader.node("alerts"), document)
    drift = Configuration.drift(reader.node("drift"), document)
    reader.finish()
  }

  private static func export(
    _ node: ConfigurationNode?, _ document: ConfigurationDocument
  ) -> Export {
    var section = Export()
    guard var reader = MappingReader(node, "export", document) else { return section }
    section.columns = reader.texts("columns")
    if let node = reader.node("columns"), node.elements?.isEmpty == true {
      document.report("columns names no column; without it all are written", at: node.position)
    }
    section.segments = reader.texts("segment") ?? []
    section.file = reader.text("file", "a file's path")?.value
    for name in Export.systemNames {
      guard let system = reader.node(name) else { continue }
      if system.entries == nil { reader.report(name, takes: "keys and values", system) }
      section.systems[name] = system
    }
    reader.finish()
    return section
  }

  private static func alerts(
    _ node: ConfigurationNode?, _ document: ConfigurationDocument
  ) -> [Alert] {
    guard let node, !node.isNull else { return [] }
    guard let elements = node.elements else {
      document.report("alerts takes a list, found \(node.kind)", at: node.position)
      return []
    }
    var alerts: [Alert] = []
    for (index, element) in elements.enumerated() {
      guard var reader = MappingReader(element, "alerts[\(index)]", document) else { continue }
      let name = document.checkedName(reader.text("name"), "alert")
      let rule = reader.rule("when")
      let command = reader.text("command", "a program and its arguments")?.value
      reader.finish()
      for key in ["name", "when", "command"] where !reader.has(key) {
        document.report(
          "an alert takes a name, when and a command; \(key) is missing", at: element.position)
      }
      guard let name, let rule, let command else { continue }
      if !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        || name.utf8.count > ConfigurationLimits.alertNameByteCountMax
      {
        document.report(
          "the name of an alert becomes part of a file's name: at most "
            + "\(ConfigurationLimits.alertNameByteCountMax) letters, digits, - and _",
          at: element.position)
      }
      if alerts.contains(where: { $0.name == name }) {
        document.report("there are two alerts \(shortened(name))", at: element.position)
      }
      alerts.append(Alert(name: name, when: rule, command: command, position: element.position))
    }
    return alerts
  }

  private static func drift(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> Drift
  {
    var section = Drift()
    guard var reader = MappingReader(node, "drift", document) else { return section }
    section.psi = reader.number("psi", above: 0)
    section.quantileShift = reader.number("quantile-shift", above: 0)
    section.onBreach = reader.choice(
      "on-breach", Drift.Consequence.allCases.map { ($0.rawValue, $0) })
    section.publishes = reader.flag("publish")
    reader.finish()
    return section
  }
}
