import Classification
import JSONText

extension Classifier {
  /// What a snapshot's record says of its segments and tags.
  ///
  /// `taxonomy` is the primary one, `taxonomies` all of them with their columns; `tags` is there when there are
  /// any.
  var members: [JSON.Member] {
    var members = [
      JSON.Member(
        "taxonomy",
        [
          "name": .string(taxonomies[0].name),
          "segments": .array(taxonomies[0].allSegments.map(\.json)),
        ]),
      JSON.Member(
        "taxonomies",
        .array(
          taxonomies.enumerated().map { index, taxonomy in
            taxonomy.json(column: columnName(index))
          })),
    ]
    if !tags.isEmpty {
      let list = tags.map { tag -> JSON in
        ["name": .string(tag.name), "when": .string(tag.rule.text)]
      }
      members.append(JSON.Member("tags", .array(list)))
    }
    return members
  }
}

extension Taxonomy {
  fileprivate func json(column: String) -> JSON {
    var members = [
      JSON.Member("name", .string(name)), JSON.Member("column", .string(column)),
    ]
    switch remainder {
    case .otherwise(let segment):
      members.append(JSON.Member("otherwise", .string(segment.name)))
    case .preset(let preset, _):
      members.append(JSON.Member("extends", .string(preset.name)))
    }
    members.append(JSON.Member("segments", .array(allSegments.map(\.json))))
    return .object(members)
  }
}

extension Taxonomy.Segment {
  fileprivate var json: JSON {
    var members = [
      JSON.Member("name", .string(name)), JSON.Member("label", .string(label)),
      JSON.Member("when", .string(when)),
    ]
    for (key, value) in [
      ("action", details.action), ("owner", details.owner), ("channel", details.channel),
      ("colour", details.colour),
    ] {
      if let value { members.append(JSON.Member(key, .string(value))) }
    }
    return .object(members)
  }
}
