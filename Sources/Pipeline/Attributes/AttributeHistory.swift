import Columns
package import Ingest
import JSONText
package import Storage

/// Every generation of attributes of a store, oldest first, as they were ingested.
package struct AttributeHistory: Sendable {
  /// What one ingest changed.
  package struct Generation: Sendable {
    /// Null says nothing; a column named `cleared:NAME` says where a value is erased.
    package let changes: AttributeFrame
    /// The attributes of the ingest, with the types they have since.
    package let schema: [AttributeSchema]
  }

  package private(set) var generations: [Generation] = []

  package var isEmpty: Bool { generations.isEmpty }

  /// Reads all attributes of a store; nothing is read where it has none.
  package init(_ store: Store) throws(StorageError) {
    let entries = store.manifest.customers.filter { $0.attributeRowCount > 0 }
    if entries.isEmpty { return }
    for (entry, changes) in zip(entries, try store.loadAttributes()) {
      let provenance = try store.customersProvenance(entry)
      generations.append(
        Generation(changes: changes, schema: AttributeHistory.schema(provenance, changes.frame)))
    }
  }

  mutating func append(_ generation: Generation) { generations.append(generation) }

  /// The attributes as they are after all generations: the union of the columns, in the order they came.
  package var schema: [AttributeSchema] {
    var schema: [AttributeSchema] = []
    for generation in generations {
      for attribute in generation.schema {
        if let index = schema.firstIndex(where: { $0.name == attribute.name }) {
          // Types that do not go together are refused at the ingest.
          schema[index].type = schema[index].type.widened(by: attribute.type) ?? attribute.type
        } else {
          schema.append(attribute)
        }
      }
    }
    return schema
  }

  /// What the ingest noted; columns that it does not speak of have the type they are stored with.
  private static func schema(_ provenance: JSON, _ frame: Frame) -> [AttributeSchema] {
    var schema: [AttributeSchema] = []
    for column in provenance["columns"]?.arrayValue ?? [] {
      if let name = column["name"]?.stringValue,
        let type = column["type"]?.stringValue.flatMap({ AttributeType(rawValue: $0) })
      {
        schema.append(AttributeSchema(name: name, type: type))
      }
    }
    for column in frame.columns where !column.name.hasPrefix(AttributeNames.clearedPrefix) {
      if let type = AttributeType(storedAs: column.type) {
        let fits = schema.first { $0.name == column.name }?.type.columnType == column.type
        if fits { continue }
        schema.removeAll { $0.name == column.name }
        schema.append(AttributeSchema(name: column.name, type: type))
      }
    }
    return schema
  }
}

extension AttributeType {
  /// The type of an attribute whose column has this one; nil where no attribute has.
  init?(storedAs type: ColumnType) {
    switch type {
    case .int64: self = .int
    case .float64: self = .float
    case .bool: self = .bool
    case .day: self = .date
    case .string: self = .category
    default: return nil
    }
  }
}
