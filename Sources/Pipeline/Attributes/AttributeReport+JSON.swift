import Columns
package import Ingest
package import JSONText

extension AttributeReport {
  /// Every count, what was chosen for each file, and the quality of each attribute.
  package var json: JSON {
    [
      "rows": JSON(rowsRead), "accepted": JSON(rowsAccepted), "rejected": JSON(rowsRejected),
      "filtered": JSON(rowsFiltered), "blankLines": JSON(blankLines),
      "customers": JSON(customers), "newCustomers": JSON(newCustomers),
      "repeatedCustomers": JSON(repeatedCustomers),
      "columns": .array(columns.map(\.json)), "notes": .array(notes.map { .string($0) }),
      "files": .array(files.map(\.json)),
    ]
  }
}

extension AttributeFileReport {
  var json: JSON {
    [
      "path": .string(path), "bytes": JSON(byteCount),
      "delimiter": .string(String(UnicodeScalar(delimiter))), "id": .string(idColumn),
      "rows": JSON(rowsRead), "accepted": JSON(rowsAccepted), "rejected": JSON(rowsRejected),
      "filtered": JSON(rowsFiltered),
    ]
  }
}

extension ColumnQuality {
  var json: JSON {
    var members = [
      JSON.Member("name", .string(name)), JSON.Member("type", .string(type.rawValue)),
      JSON.Member("typeFrom", .string(source.rawValue)), JSON.Member("values", JSON(values)),
      JSON.Member("nulls", JSON(nulls)), JSON.Member("distinct", JSON(distinct)),
    ]
    switch range {
    case .none: break
    case .ints(let least, let greatest):
      members += [
        JSON.Member("least", .integer(least)), JSON.Member("greatest", .integer(greatest)),
      ]
    case .floats(let least, let greatest):
      members += [
        JSON.Member("least", .number(least)), JSON.Member("greatest", .number(greatest)),
      ]
    case .days(let least, let greatest):
      members += [
        JSON.Member("least", .string(Day.text(least))),
        JSON.Member("greatest", .string(Day.text(greatest))),
      ]
    case .bools(let yes): members.append(JSON.Member("true", JSON(yes)))
    case .mostFrequent(let text, let count):
      members += [
        JSON.Member("mostFrequent", .string(text)),
        JSON.Member("mostFrequentCount", JSON(count)),
      ]
    }
    members += [
      JSON.Member("rejects", JSON(rejects)), JSON.Member("conflicts", JSON(conflicts)),
      JSON.Member("changes", JSON(changes)),
    ]
    return .object(members)
  }
}
