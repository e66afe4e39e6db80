import Columns
import Kernels

extension CRMExport {
  /// One call a line; the number of lines.
  func appendLines(to writer: inout ByteWriter) -> Int {
    switch system {
    case .hubspot: appendBatches(to: &writer) { appendUpsert($0, to: &$1) }
    case .jiandaoyun where mapping.updatesExisting: appendRelabelling(to: &writer)
    case .jiandaoyun: appendBatches(to: &writer) { appendCreation($0, to: &$1) }
    case .fxiaoke: appendBatches(to: &writer) { appendObject($0[$0.startIndex], to: &$1) }
    case .salesforce, .zoho: preconditionFailure("these take tables")
    }
  }

  private func appendBatches(
    to writer: inout ByteWriter, _ append: (ArraySlice<Int>, inout ByteWriter) -> Void
  ) -> Int {
    let size = system.recordsPerLine ?? 1
    var count = 0
    for start in stride(from: 0, to: rows.count, by: size) {
      append(rows[start..<min(start + size, rows.count)], &writer)
      writer.append(byte: 0x0A)
      count += 1
    }
    return count
  }

  /// `{"inputs":[{"idProperty":"customer_id","id":"c1","properties":{"segment":"Loyal"}}]}`
  private func appendUpsert(_ rows: ArraySlice<Int>, to writer: inout ByteWriter) {
    writer.append("{\"inputs\":[")
    for (index, row) in rows.enumerated() {
      writer.append(index == 0 ? "{\"idProperty\":" : ",{\"idProperty\":")
      appendQuoted(mapping.id.field, to: &writer)
      writer.append(",\"id\":")
      id.append(row, to: &writer)
      writer.append(",\"properties\":{")
      appendFields(row, to: &writer, before: "", after: "")
      writer.append("}}")
    }
    writer.append("]}")
  }

  /// `{"app_id":"…","entry_id":"…","data_list":[{"id":{"value":"c1"},"segment":{"value":"Loyal"}}]}`
  private func appendCreation(_ rows: ArraySlice<Int>, to writer: inout ByteWriter) {
    appendForm(to: &writer)
    writer.append(",\"data_list\":[")
    for (index, row) in rows.enumerated() {
      writer.append(index == 0 ? "{" : ",{")
      appendQuoted(mapping.id.field, to: &writer)
      writer.append(":{\"value\":")
      id.append(row, to: &writer)
      writer.append("},")
      appendFields(row, to: &writer, before: "{\"value\":", after: "}")
      writer.append("}")
    }
    writer.append("]}")
  }

  /// `{"app_id":"…","entry_id":"…","data_ids":["a","b"],"data":{"segment":{"value":"Loyal"}}}`: records of the
  /// same new values together, groups in the order of their first row.
  private func appendRelabelling(to writer: inout ByteWriter) -> Int {
    var numbers: [[UInt8]: Int] = [:]
    var groups: [(data: [UInt8], rows: [Int])] = []
    for row in rows {
      var data = ByteWriter()
      appendFields(row, to: &data, before: "{\"value\":", after: "}")
      let key = data.array
      if let number = numbers[key] {
        groups[number].rows.append(row)
      } else {
        numbers[key] = groups.count
        groups.append((key, [row]))
      }
    }
    let size = system.recordsPerLine ?? 1
    var count = 0
    for group in groups {
      for start in stride(from: 0, to: group.rows.count, by: size) {
        appendForm(to: &writer)
        writer.append(",\"data_ids\":[")
        for (index, row) in group.rows[start..<min(start + size, group.rows.count)].enumerated() {
          if index > 0 { writer.append(byte: UInt8(ascii: ",")) }
          appendIDText(row, to: &writer)
        }
        writer.append("],\"data\":{")
        group.data.withUnsafeBufferPointer { writer.append(utf8: $0) }
        writer.append("}}\n")
        count += 1
      }
    }
    return count
  }

  /// `{"triggerWorkFlow":false,"data":{"object_data":{"dataObjectApiName":"AccountObj","_id":"…",…}}}`
  private func appendObject(_ row: Int, to writer: inout ByteWriter) {
    writer.append("{\"triggerWorkFlow\":false,\"data\":{\"object_data\":{\"dataObjectApiName\":")
    appendQuoted(mapping.object, to: &writer)
    writer.append(",")
    appendQuoted(mapping.id.field, to: &writer)
    writer.append(":")
    appendIDText(row, to: &writer)
    writer.append(",")
    appendFields(row, to: &writer, before: "", after: "")
    writer.append("}}}")
  }

  private func appendForm(to writer: inout ByteWriter) {
    writer.append("{\"app_id\":")
    appendQuoted(mapping.application, to: &writer)
    writer.append(",\"entry_id\":")
    appendQuoted(mapping.form, to: &writer)
  }

  private func appendFields(
    _ row: Int, to writer: inout ByteWriter, before: String, after: String
  ) {
    for (index, field) in fields.enumerated() {
      if index > 0 { writer.append(byte: UInt8(ascii: ",")) }
      appendQuoted(field.name, to: &writer)
      writer.append(":" + before)
      field.cell.append(row, to: &writer)
      writer.append(after)
    }
  }

  /// The id as a JSON string, also where it is a number in the store.
  private func appendIDText(_ row: Int, to writer: inout ByteWriter) {
    CRMCell(column: id.column, isList: false, style: .text).append(row, to: &writer)
  }

  private func appendQuoted(_ text: String, to writer: inout ByteWriter) {
    var text = text
    text.withUTF8 { writer.appendQuotedJSON($0) }
  }
}
