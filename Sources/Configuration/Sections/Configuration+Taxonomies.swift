import Classification
import Expressions

extension Configuration {
  static func taxonomies(
    _ node: ConfigurationNode?, _ document: ConfigurationDocument
  ) -> [Taxonomy] {
    guard let node, !node.isNull else { return [] }
    guard let elements = node.elements else {
      document.report("taxonomies takes a list, found \(node.kind)", at: node.position)
      return []
    }
    if elements.count > ConfigurationLimits.taxonomyCountMax {
      document.report(
        "\(elements.count) taxonomies; at most \(ConfigurationLimits.taxonomyCountMax)",
        at: node.position)
      return []
    }
    var taxonomies: [Taxonomy] = []
    for (index, element) in elements.enumerated() {
      guard let taxonomy = taxonomy(element, index, document) else { continue }
      if taxonomies.contains(where: { $0.name == taxonomy.name }) {
        document.report("there are two taxonomies \(taxonomy.name)", at: element.position)
      }
      taxonomies.append(taxonomy)
    }
    return taxonomies
  }

  /// A preset's name, or a mapping.
  private static func taxonomy(
    _ node: ConfigurationNode, _ index: Int, _ document: ConfigurationDocument
  ) -> Taxonomy? {
    if let name = node.text, !node.isNull {
      return preset(Located(name, at: node.position), "a taxonomy", document).map {
        Taxonomy(
          name: $0.name, segments: [], remainder: .preset($0, Taxonomy.Segment.list(of: $0)),
          position: node.position)
      }
    }
    guard var reader = MappingReader(node, "taxonomies[\(index)]", document) else { return nil }
    let name = document.checkedName(reader.text("name"), "taxonomy")
    let base = reader.text("extends", "a preset's name").flatMap {
      preset($0, "extends", document)
    }
    var builder = TaxonomyBuilder(document: document, preset: base)
    let segments = reader.node("segments")
    builder.readSegments(segments)
    let otherwise = reader.node("otherwise")
    builder.readOtherwise(otherwise)
    reader.finish()
    let hasBase = reader.has("extends")
    if name == nil && !hasBase && !reader.has("name") {
      document.report("a taxonomy takes a name", at: node.position)
    }
    if segments == nil && !hasBase {
      document.report(
        "a taxonomy takes segments, or extends a preset (\(listed(SegmentPreset.names)))",
        at: node.position)
    }
    guard let name = name ?? base?.name else { return nil }
    if SegmentPreset(named: name) != nil, name != base?.name || builder.hasRules {
      document.report(
        "\(name) is the name of a preset; a taxonomy with rules of its own takes another name",
        at: node.position)
    }
    if let column = Taxonomy.reservedNames.first(where: { $0 == name.lowercased() }) {
      document.report(
        "a taxonomy cannot be named like the column \(column)", at: node.position)
    }
    return builder.taxonomy(named: name, at: node.position)
  }

  private static func preset(
    _ name: Located<String>, _ what: String, _ document: ConfigurationDocument
  ) -> SegmentPreset? {
    if let preset = SegmentPreset(named: name.value) { return preset }
    document.report(
      "\(what): there is no preset \(shortened(name.value))"
        + NearestName.hint(name.value, among: SegmentPreset.names)
        + "; the presets are \(SegmentPreset.names.joined(separator: ", "))", at: name.position)
    return nil
  }

  static func tags(_ node: ConfigurationNode?, _ document: ConfigurationDocument) -> [TagRule] {
    guard let node, !node.isNull else { return [] }
    guard let entries = node.entries else {
      document.report("tags takes names and conditions, found \(node.kind)", at: node.position)
      return []
    }
    if entries.count > ConfigurationLimits.tagCountMax {
      document.report(
        "\(entries.count) tags; at most \(ConfigurationLimits.tagCountMax)", at: node.position)
      return []
    }
    return entries.compactMap { entry in
      let name = document.checkedName(entry.key, "tag")
      if entry.key.value.contains(";") {
        document.report(
          "a tag's name cannot hold ; which stands between tags in exports",
          at: entry.key.position)
      }
      guard let name, let rule = document.rule(entry.value, "a tag") else { return nil }
      return TagRule(name: name, rule: rule)
    }
  }
}

extension ConfigurationDocument {
  /// The name, if it can be one: not empty, not long, without control characters.
  func checkedName(_ name: Located<String>?, _ what: String) -> String? {
    guard let name else { return nil }
    let text = name.value
    let limit = ConfigurationLimits.nameByteCountMax
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    if text.isEmpty || text.utf8.count > limit || !isPlain {
      report(
        "the name of a \(what) is 1 to \(limit) bytes without control characters, found "
          + "'\(shortened(text))'", at: name.position)
      return nil
    }
    return text
  }
}
