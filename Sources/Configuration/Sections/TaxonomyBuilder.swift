import Classification
import Expressions

/// Puts a taxonomy together from its segments as they are read.
struct TaxonomyBuilder {
  let document: ConfigurationDocument
  /// The preset that takes whom no rule takes.
  let preset: SegmentPreset?
  private var segments: [Taxonomy.Segment] = []
  /// The preset's segments, as relabelled so far.
  private var presetSegments: [Taxonomy.Segment]
  private var otherwise: Taxonomy.Segment?
  private var names: Set<String> = []

  init(document: ConfigurationDocument, preset: SegmentPreset?) {
    self.document = document
    self.preset = preset
    presetSegments = preset.map { Taxonomy.Segment.list(of: $0) } ?? []
  }

  /// Whether there are segments besides the preset's.
  var hasRules: Bool { !segments.isEmpty }

  mutating func readSegments(_ node: ConfigurationNode?) {
    guard let node else { return }
    guard let elements = node.elements else {
      document.report("segments takes a list, found \(node.kind)", at: node.position)
      return
    }
    if elements.count > Taxonomy.segmentCountMax {
      document.report(
        "\(elements.count) segments; at most \(Taxonomy.segmentCountMax)", at: node.position)
      return
    }
    if elements.isEmpty && preset == nil {
      document.report("segments takes at least one segment", at: node.position)
    }
    for (index, element) in elements.enumerated() { readSegment(element, index) }
  }

  private mutating func readSegment(_ node: ConfigurationNode, _ index: Int) {
    guard var reader = MappingReader(node, "segments[\(index)]", document) else {
      if node.isNull { document.report("a segment takes a name and when", at: node.position) }
      return
    }
    let name = document.checkedName(reader.text("name"), "segment")
    let rule = reader.rule("when")
    let label = reader.text("label")?.value
    let details = TaxonomyBuilder.details(&reader)
    reader.finish()
    guard let name else {
      if !reader.has("name") { document.report("a segment takes a name", at: node.position) }
      return
    }
    if !names.insert(name).inserted {
      document.report("there are two segments \(shortened(name))", at: node.position)
    }
    if let own = presetSegments.firstIndex(where: { $0.name == name }) {
      if reader.has("when") {
        document.report(
          "\(preset!.name) has a segment \(name) of its own; leave out when to relabel it, or "
            + "choose another name", at: node.position)
      }
      presetSegments[own] = Taxonomy.Segment(
        name, label: label ?? presetSegments[own].label, when: presetSegments[own].when,
        details: details, position: node.position)
      return
    }
    guard let rule else {
      if !reader.has("when") {
        let others = presetSegments.map(\.name)
        document.report(
          "segment \(shortened(name)) takes a condition: when"
            + (preset.map {
              "; \($0.name) has no segment of that name"
                + NearestName.hint(name, among: others)
            } ?? ""), at: node.position)
      }
      return
    }
    segments.append(
      Taxonomy.Segment(name, label: label, rule: rule, details: details, position: node.position))
  }

  /// A name, or a mapping with a name and the free fields.
  mutating func readOtherwise(_ node: ConfigurationNode?) {
    guard let node else { return }
    if let preset {
      document.report(
        "otherwise has no place beside extends: every customer has a segment in \(preset.name)",
        at: node.position)
      return
    }
    if let text = node.text {
      let name = document.checkedName(Located(text, at: node.position), "segment")
      otherwise = name.map { Taxonomy.Segment($0, position: node.position) }
    } else if var reader = MappingReader(node, "otherwise", document) {
      let name = document.checkedName(reader.text("name"), "segment")
      let label = reader.text("label")?.value
      let details = TaxonomyBuilder.details(&reader)
      reader.finish()
      otherwise = Taxonomy.Segment(
        name ?? Taxonomy.otherwiseName, label: label, details: details, position: node.position)
    }
    if let otherwise, names.contains(otherwise.name) {
      document.report(
        "otherwise has the name of a segment, \(otherwise.name)", at: node.position)
    }
  }

  private static func details(_ reader: inout MappingReader) -> Taxonomy.Details {
    Taxonomy.Details(
      action: reader.text("action")?.value, owner: reader.text("owner")?.value,
      channel: reader.text("channel")?.value, colour: reader.text("colour")?.value)
  }

  func taxonomy(named name: String, at position: TextPosition) -> Taxonomy {
    let remainder: Taxonomy.Remainder =
      preset.map { .preset($0, presetSegments) }
      ?? .otherwise(otherwise ?? Taxonomy.Segment(Taxonomy.otherwiseName))
    return Taxonomy(name: name, segments: segments, remainder: remainder, position: position)
  }
}
