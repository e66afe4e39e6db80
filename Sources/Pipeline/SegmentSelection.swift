package import Columns

/// The rows of a frame that are in one of the named segments.
package func rows(
  of frame: Frame, inSegments names: [String]
) throws(PipelineError) -> Bitmap? {
  if names.isEmpty { return nil }
  guard case .string(let codes, let table)? = frame["segment"]?.values else { return nil }
  var wanted = [Bool](repeating: false, count: table.count)
  for name in names {
    guard let index = table.firstIndex(of: name) else {
      throw .unknownSegment(name: name, known: table.array)
    }
    wanted[index] = true
  }
  let isWanted = wanted
  return Bitmap(count: frame.rowCount) { isWanted[codes[$0]] }
}
