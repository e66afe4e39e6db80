import Columns
import Ingest
import Kernels
import Storage

/// One attribute of all customers, from what each ingest said of it.
struct AttributeMerge {
  let column: Column

  private typealias Source = (codes: AlignedBuffer<UInt32>, column: Column?, cleared: Column?)

  init(
    _ attribute: AttributeSchema, _ generations: [AttributeHistory.Generation], _ count: Int
  ) {
    let name = attribute.name
    let sources: [Source] = generations.compactMap { generation in
      let column = generation.changes.frame[name]
      let cleared = generation.changes.frame[AttributeNames.clearedPrefix + name]
      return column == nil && cleared == nil ? nil : (generation.changes.codes, column, cleared)
    }
    if let whole = AttributeMerge.whole(attribute, sources, count) {
      column = whole
      return
    }
    var isKnown = [Bool](repeating: false, count: count)
    let values: ColumnValues
    switch attribute.type {
    case .int:
      values = .int64(
        AttributeMerge.scatter(sources, &isKnown, 0) { values in
          guard case .int64(let buffer) = values else { return nil }
          return { buffer[$0] }
        })
    case .float:
      values = .float64(
        AttributeMerge.scatter(sources, &isKnown, 0) { values in
          switch values {
          case .float64(let buffer): { buffer[$0] }
          case .int64(let buffer): { Double(buffer[$0]) }
          default: nil
          }
        })
    case .bool:
      let flags = AttributeMerge.scatter(sources, &isKnown, false) { values in
        guard case .bool(let bits) = values else { return nil }
        return { bits[$0] }
      }
      values = .bool(Bitmap(count: count) { flags[$0] })
    case .date:
      values = .day(
        AttributeMerge.scatter(sources, &isKnown, 0) { values in
          guard case .day(let buffer) = values else { return nil }
          return { buffer[$0] }
        })
    case .category, .text:
      let union = StringUnion(sources.compactMap(\.column))
      var next = 0
      let codes = AttributeMerge.scatter(sources, &isKnown, UInt32(0)) { values in
        guard case .string(let codes, _) = values else { return nil }
        let final = union.codes[next]
        next += 1
        return { final[codes[$0]] }
      }
      column = Column(
        name,
        .string(
          DictionaryCodes(narrowing: codes.pointer, dictionaryCount: union.strings.count),
          union.strings), validity: AttributeMerge.validity(isKnown)
      ).usingOwnStrings()
      return
    }
    column = Column(name, values, validity: AttributeMerge.validity(isKnown))
  }

  private static func validity(_ isKnown: [Bool]) -> Bitmap? {
    isKnown.allSatisfy { $0 } ? nil : Bitmap(isKnown)
  }

  /// A single ingest's column, as it is, when its rows are all customers in the order of their codes.
  private static func whole(
    _ attribute: AttributeSchema, _ sources: [Source], _ count: Int
  ) -> Column? {
    guard sources.count == 1, let column = sources[0].column, sources[0].cleared == nil,
      column.type == attribute.type.columnType, sources[0].codes.count == count,
      sources[0].codes.pointer.enumerated().allSatisfy({ $0 == Int($1) })
    else { return nil }
    return column
  }

  /// Values by customer code, later ingests over earlier ones. `reader` reads the rows of a column; nil for one
  /// whose type is none of the attribute's, which is then passed over.
  private static func scatter<Value: BitwiseCopyable>(
    _ sources: [Source], _ isKnown: inout [Bool], _ zero: Value,
    _ reader: (ColumnValues) -> ((Int) -> Value)?
  ) -> AlignedBuffer<Value> {
    isKnown.withUnsafeMutableBufferPointer { isKnown in
      AlignedBuffer<Value>(count: isKnown.count) { out in
        out.initialize(repeating: zero)
        for source in sources {
          let codes = source.codes.pointer
          if let column = source.column, let read = reader(column.values) {
            for row in codes.indices where !column.isNull(row) {
              out[Int(codes[row])] = read(row)
              isKnown[Int(codes[row])] = true
            }
          }
          if let cleared = source.cleared, case .bool(let bits) = cleared.values {
            for row in codes.indices where bits[row] && !cleared.isNull(row) {
              out[Int(codes[row])] = zero
              isKnown[Int(codes[row])] = false
            }
          }
        }
      }
    }
  }
}
