package import Columns
package import Kernels

/// Features of a frame as points: the customers that have a value in each, scaled, centred, on a grid.
package struct FeatureMatrix: Sendable {
  package let points: PointMatrix
  /// One a feature, in the order asked for, constant ones included.
  package let transforms: [FeatureTransform]
  /// Rows of the frame that are points, rising; nil when all are.
  package let rows: AlignedBuffer<UInt32>?
  /// Rows of the frame.
  package let frameRowCount: Int

  /// Distances times this are in the scale asked for: a power of two.
  package let unit: Double

  /// The features' values, in the order of the transforms.
  let readers: [FeatureReader]

  /// Features that have a coordinate, as indices into the transforms, in the order of the coordinates.
  package var coordinateFeatures: [Int] { FeatureMatrix.coordinateFeatures(transforms) }

  /// Those that vary; where none does the first.
  static func coordinateFeatures(_ transforms: [FeatureTransform]) -> [Int] {
    let varying = transforms.indices.filter { !transforms[$0].isConstant }
    return varying.isEmpty ? [0] : varying
  }

  /// Rows of the frame that are no points.
  package var leftOutCount: Int { frameRowCount - points.rowCount }

  /// The row of the frame that point `i` stands for.
  package func frameRow(_ i: Int) -> Int { rows.map { Int($0[i]) } ?? i }

  /// Reads each feature twice, for its moments and for its coordinates; more often if it has nulls.
  ///
  /// A row without a value, or with one that is not finite, in any feature is left out and counted. A feature
  /// that is constant over the other rows gets no coordinate (unless all are, then the points are all equal).
  package init(
    _ frame: Frame, features: [String], scale: ClusterScale, weights: AlignedBuffer<Double>? = nil
  ) throws(ClusteringError) {
    let columns = try FeatureMatrix.columns(frame, features)
    var readers: [FeatureReader] = []
    for column in columns { readers.append(try FeatureReader(column)) }
    let usable = FeatureMatrix.usableRows(columns, readers, frame.rowCount)
    let count = usable.rows?.count ?? frame.rowCount
    guard count > 0 else { throw .noUsableRows(rows: frame.rowCount) }
    try FeatureMatrix.check(weights, frame.rowCount, usable.rows)
    let sources = zip(readers, usable.moments).map { reader, known in
      FeatureSource(reader, usable.rows, count, scale, usable.rows == nil ? known : nil)
    }
    let unit = SummationGrid.powerOfTwo(
      sources.map(\.largestCoordinate).max()!.exponentOrZero + 1)
    let transforms = zip(sources, usable.nullCounts).map { source, nulls in
      source.transform(unit: unit, nullCount: nulls, rowCount: count)
    }
    let used = FeatureMatrix.coordinateFeatures(transforms)
    let rows = usable.rows
    points = PointMatrix(
      rowCount: count, dimensionCount: used.count, isWeighted: weights != nil,
      fillWeights: { out in
        for i in out.indices { out[i] = weights![rows.map { Int($0[i]) } ?? i] }
      },
      fill: { feature, column in
        sources[used[feature]].fill(column, transforms[used[feature]])
      })
    self.transforms = transforms
    self.rows = rows
    self.readers = readers
    self.unit = unit
    frameRowCount = frame.rowCount
  }

  private static func columns(
    _ frame: Frame, _ features: [String]
  ) throws(ClusteringError) -> [Column] {
    guard !features.isEmpty else { throw .noFeatures }
    guard features.count <= PointMatrix.dimensionLimit else {
      throw .tooManyFeatures(count: features.count, limit: PointMatrix.dimensionLimit)
    }
    var columns: [Column] = []
    for name in features {
      guard let column = frame[name] else {
        throw .unknownFeature(name, columns: frame.names)
      }
      if columns.contains(where: { $0.name == name }) { throw .repeatedFeature(name) }
      columns.append(column)
    }
    return columns
  }

  private static func check(
    _ weights: AlignedBuffer<Double>?, _ rowCount: Int, _ rows: AlignedBuffer<UInt32>?
  ) throws(ClusteringError) {
    guard let weights else { return }
    guard weights.count == rowCount else {
      throw .rowCounts(what: "the weights", found: weights.count, expected: rowCount)
    }
    for row in 0..<rowCount where !(weights[row] >= 0 && weights[row] <= 1e30) {
      throw .weight(row: row)
    }
    let used = rows.map { $0.array.map(Int.init) } ?? Array(0..<rowCount)
    guard used.contains(where: { weights[$0] > 0 }) else { throw .weight(row: used[0]) }
  }
}

extension FeatureMatrix {
  /// Rows with a finite value in every column, nil when that is all of them, each column's others, and the
  /// moments of the columns that have none.
  static func usableRows(
    _ columns: [Column], _ readers: [FeatureReader], _ rowCount: Int
  ) -> (rows: AlignedBuffer<UInt32>?, nullCounts: [Int], moments: [FeatureMoments?]) {
    var isUsable: [Bool] = []
    var nullCounts: [Int] = []
    var moments: [FeatureMoments?] = []
    for (column, reader) in zip(columns, readers) {
      let own = FeatureMoments(reader, nil, rowCount: rowCount)
      if column.validity == nil && own.isUsable {
        nullCounts.append(0)
        moments.append(own)
        continue
      }
      if isUsable.isEmpty { isUsable = [Bool](repeating: true, count: rowCount) }
      nullCounts.append(markUnusable(column, reader, &isUsable))
      moments.append(nil)
    }
    if nullCounts.allSatisfy({ $0 == 0 }) { return (nil, nullCounts, moments) }
    let rows = isUsable.indices.filter { isUsable[$0] }
    return (AlignedBuffer(rows.map(UInt32.init)), nullCounts, moments)
  }

  private static func markUnusable(
    _ column: Column, _ reader: FeatureReader, _ isUsable: inout [Bool]
  ) -> Int {
    let rowCount = isUsable.count
    return isUsable.withUnsafeMutableBufferPointer { isUsable in
      // SAFETY: each task writes the elements of its own rows.
      nonisolated(unsafe) let isUsable = isUsable
      var counts = [Int](repeating: 0, count: Parallel.chunkCount(of: rowCount))
      counts.withUnsafeMutableBufferPointer { counts in
        nonisolated(unsafe) let counts = counts
        Parallel.forEachChunk(of: rowCount) { chunk, rows in
          var found = 0
          reader.forEachBlock(in: rows, of: nil) { start, values in
            for i in values.indices where !values[i].isUsable || column.isNull(start + i) {
              isUsable[start + i] = false
              found += 1
            }
          }
          counts[chunk] = found
        }
      }
      return counts.reduce(0, +)
    }
  }
}

extension Double {
  /// Finite, and so far from the largest Double that squares of differences are finite too.
  var isUsable: Bool { abs(self) < 1e150 }

  fileprivate var exponentOrZero: Int { self > 0 && isFinite ? Int(exponent) : 0 }
}
