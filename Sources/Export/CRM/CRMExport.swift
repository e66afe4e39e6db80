package import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rows of a frame in the bulk form of a system, in numbered parts that keep within its limits.
///
///     let export = try CRMExport(frame, for: .zoho, mapping: mapping, selection: changed)
///     try export.write(to: "contacts")     // contacts-001.zip, contacts-002.zip …
package struct CRMExport: Sendable {
  /// A part that was written.
  package struct Part: Sendable, Equatable {
    package let path: String
    package let byteCount: Int
    package let recordCount: Int
    /// Calls that sending the part takes.
    package let callCount: Int
  }

  let system: CRMSystem
  let mapping: CRMMapping
  let id: CRMCell
  let fields: [(name: String, cell: CRMCell)]
  /// The rows that are written, in order.
  let rows: [Int]
  /// The system's own limit, unless a test wants another.
  var partByteCountMax: Int
  /// Rows that were selected but have no id in the system, so that they cannot be sent.
  package let rowsWithoutID: Int

  /// - Parameter selection: 1 = the row is written; nil = every row is.
  package init(
    _ frame: Frame, for system: CRMSystem, mapping: CRMMapping, selection: Bitmap? = nil
  ) throws(ExportError) {
    try mapping.check(system)
    self.system = system
    self.mapping = mapping
    partByteCountMax = system.partByteCountMax
    let style: CRMCell.Style =
      switch system {
      case .salesforce: .csv(null: "#N/A")
      case .zoho: .csv(null: "")
      case .hubspot: .text
      case .jiandaoyun: .json(days: .isoTime)
      case .fxiaoke: .json(days: .epochMilliseconds)
      }
    func cell(_ field: CRMMapping.Field) throws(ExportError) -> CRMCell {
      guard let column = frame[field.column] else {
        throw .unknownColumn(name: field.column, near: nil, columns: frame.names)
      }
      return CRMCell(column: column, isList: field.isList, style: style)
    }
    id = try cell(mapping.id)
    var fields: [(name: String, cell: CRMCell)] = []
    for field in mapping.fields { fields.append((field.field, try cell(field))) }
    self.fields = fields
    var rows: [Int] = []
    var missing = 0
    for row in 0..<frame.rowCount where selection.map({ $0[row] }) ?? true {
      if id.column.isNull(row) || id.isEmpty(row) { missing += 1 } else { rows.append(row) }
    }
    self.rows = rows
    rowsWithoutID = missing
  }

  /// Writes every part beside its path, then gives all of them their names; parts of a former, longer export
  /// of that stem are removed. With nothing to send there is no part.
  ///
  /// - Parameter store: the store that is exported, whose files are refused under every name.
  package func write(to stem: String, store: String? = nil) throws(ExportError) -> [Part] {
    // Also where there is nothing to send: former parts are removed.
    try refuseStore(CRMExport.path(stem, 1, system), store: store)
    var parts: [Part] = []
    // Those that are not put in place leave nothing behind.
    var files: [OutputFile] = []
    try forEachPart {
      (content: borrowing ByteWriter, recordCount, callCount) throws(ExportError) in
      let path = CRMExport.path(stem, parts.count + 1, system)
      try refuseStore(path, store: store)
      let file = try OutputFile(path: path)
      _ = try writeAll(content.bytes, to: file.descriptor, at: nil, path: file.path)
      try file.close()
      files.append(file)
      parts.append(
        Part(
          path: file.path, byteCount: content.count, recordCount: recordCount,
          callCount: callCount))
    }
    for file in files { try file.putInPlace() }
    var number = parts.count + 1
    while unlink(CRMExport.path(stem, number, system)) == 0 { number += 1 }
    return parts
  }

  /// `STEM-001.csv`; a stem that ends in the suffix loses it.
  package static func path(_ stem: String, _ number: Int, _ system: CRMSystem) -> String {
    let digits = String(number)
    let bare =
      stem.hasSuffix(system.fileSuffix) ? String(stem.dropLast(system.fileSuffix.count)) : stem
    return bare + "-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      + system.fileSuffix
  }

  private func forEachPart(
    _ body: (borrowing ByteWriter, _ recordCount: Int, _ callCount: Int) throws(ExportError) -> Void
  ) throws(ExportError) {
    if rows.isEmpty { return }
    switch system {
    case .salesforce, .zoho: try forEachTable(body)
    case .hubspot, .jiandaoyun, .fxiaoke:
      var lines = ByteWriter(capacity: 1 << 20)
      let callCount = appendLines(to: &lines)
      try body(lines, rows.count, callCount)
    }
  }

  /// CSV parts: as many rows as the limits let in.
  private func forEachTable(
    _ body: (borrowing ByteWriter, _ recordCount: Int, _ callCount: Int) throws(ExportError) -> Void
  ) throws(ExportError) {
    var header = ByteWriter()
    header.append(mapping.id.field)
    for field in fields { header.append("," + field.name) }
    header.append("\n")
    var table = ByteWriter(capacity: 1 << 20)
    var line = ByteWriter()
    var count = 0
    func finish() throws(ExportError) {
      if system == .zoho {
        var archive = ByteWriter(capacity: table.count + 256)
        ZipArchive.append(name: "records.csv", content: table.bytes, to: &archive)
        try body(archive, count, 1)
      } else {
        try body(table, count, 1)
      }
    }
    for row in rows {
      line.clear()
      id.append(row, to: &line)
      for field in fields {
        line.append(byte: UInt8(ascii: ","))
        field.cell.append(row, to: &line)
      }
      line.append(byte: 0x0A)
      if count > 0,
        count == system.recordsPerPartMax || table.count + line.count > partByteCountMax
      {
        try finish()
        table.clear()
        count = 0
      }
      if count == 0 { table.append(utf8: header.bytes.bindMemory(to: UInt8.self)) }
      table.append(utf8: line.bytes.bindMemory(to: UInt8.self))
      count += 1
    }
    try finish()
  }
}

extension CRMCell {
  /// Whether a text is empty.
  func isEmpty(_ row: Int) -> Bool {
    switch column.values {
    case .text(let table): table.utf8(at: row).isEmpty
    case .string(let codes, let table): table.utf8(at: codes[row]).isEmpty
    default: false
    }
  }
}
