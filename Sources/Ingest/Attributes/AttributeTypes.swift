/// How one column of an ingest is read: the type, and for dates which part is the day.
struct ColumnReading {
  var type: AttributeType
  var source: ColumnQuality.Source
  var dayMonthOrder: DayMonthOrder?
  /// What a person should know of the choice.
  var note: String?
}

extension AttributeRun {
  /// How each column is read, from its cells, the store and what was asked; nil for one without any value, that
  /// nobody knows anything of. Text that repeats and text that does not are told apart later.
  func readings() throws(IngestError) -> [ColumnReading?] {
    var readings: [ColumnReading?] = []
    for column in columns.names.indices {
      var kinds = CellKinds()
      for chunk in chunks where chunk.hasColumn[column] { kinds.merge(chunk.kinds[column]) }
      readings.append(try reading(of: column, kinds))
    }
    return readings
  }

  private func reading(of column: Int, _ kinds: CellKinds) throws(IngestError) -> ColumnReading? {
    let name = columns.names[column]
    let stored = schema.first { $0.name == name }?.type
    var reading: ColumnReading
    if let asked = columns.types[column] {
      if let stored, stored.widened(by: asked) == nil {
        throw IngestError(
          .usage, "the store has this attribute as \(stored.rawValue)", column: name,
          found: "--type \(name)=\(asked.rawValue)",
          advice: "Load it under another name with --rename '\(name)=NAME'")
      }
      reading = ColumnReading(type: asked, source: .asked)
    } else if let stored {
      reading = ColumnReading(type: stored, source: .store)
      if kinds.valueCount > 0 && !kinds.fit(stored) {
        guard stored == .int, kinds.fit(.float) else {
          throw conflict(column, stored)
        }
        reading.type = .float
      }
    } else {
      if kinds.valueCount == 0 { return nil }
      reading = ColumnReading(type: kinds.inferredType ?? .text, source: .inferred)
      if kinds.inferredType == nil, kinds.fits.contains(.date), !kinds.areDates {
        reading.note =
          "is taken as text: its dates do not show which part is the day; say --date-format"
      }
    }
    if reading.type == .date, kinds.seen.contains(.ambiguousDate) {
      reading.dayMonthOrder = kinds.dayMonthOrder
      if reading.dayMonthOrder == nil {
        throw IngestError(
          .badData,
          kinds.seen.contains(.dayFirst)
            ? "some dates have the day first and some the month"
            : "day and month cannot be told apart in any date", column: name,
          advice: "Say --date-format DD/MM/YYYY or MM/DD/YYYY")
      }
    }
    return reading
  }

  /// The error that names the first cell that is not of the store's type.
  private func conflict(_ column: Int, _ stored: AttributeType) -> IngestError {
    let name = columns.names[column]
    var error = IngestError(
      .badData, "the store has this attribute as \(stored.rawValue)", column: name,
      expected: "values of that type",
      advice: "Reject other values with --type '\(name)=\(stored.rawValue)', or load the column "
        + "under another name with --rename '\(name)=NAME'")
    let formats = CellFormats(options)
    for chunk in chunks {
      guard let cells = chunk.cells(of: column) else { continue }
      for row in 0..<chunk.rowCount where !cells[row].isEmpty {
        guard formats.problem(cells[row], as: stored) != nil else { continue }
        error.found = quoted(cells[row])
        error.file = paths[chunk.file]
        error.line = chunk.firstLine + Int(chunk.lines[row])
        return error
      }
    }
    return error
  }
}
