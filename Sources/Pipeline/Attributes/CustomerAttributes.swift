package import Columns
package import Ingest
import Kernels

/// The attributes of all customers as they are now: of every one the last value, by customer code.
package struct CustomerAttributes: Sendable {
  package let schema: [AttributeSchema]
  /// Rows by customer code, one column an attribute; null where nothing is known.
  package let frame: Frame
  /// Ingests that are in it.
  let generationCount: Int

  /// Merges what the ingests changed. Cost: a pass over each generation's values; attributes in parallel.
  package init(_ history: AttributeHistory, customerCount: Int) {
    let schema = history.schema
    var columns = [Column?](repeating: nil, count: schema.count)
    columns.withUnsafeMutableBufferPointer { columns in
      // SAFETY: each task writes its own column.
      nonisolated(unsafe) let columns = columns
      Parallel.perform(schema.count) { i in
        columns[i] = AttributeMerge(schema[i], history.generations, customerCount).column
      }
    }
    self.schema = schema
    generationCount = history.generations.count
    frame = Frame(rowCount: customerCount, columns: columns.compactMap { $0 })
  }

  /// What models may look at: text that does not repeat tells them nothing.
  package var modelFrame: Frame {
    Frame(
      rowCount: frame.rowCount,
      columns: schema.filter { $0.type != .text }.compactMap { frame[$0.name] })
  }

  /// The attribute of that name, whatever the case.
  package func column(named name: String) -> Column? {
    frame.column(ignoringCase: name)
  }
}
