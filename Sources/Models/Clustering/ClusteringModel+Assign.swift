package import Columns
import Kernels

/// A cluster number a row of a frame.
package struct ClusterLabels: Sendable {
  /// Numbers from 1; 0 where a row has none.
  package let numbers: AlignedBuffer<UInt16>
  /// 1 = the row has a cluster; nil when every row has.
  package let validity: Bitmap?

  /// The column for a snapshot.
  package var column: Column { Column("cluster", .uint16(numbers), validity: validity) }
}

extension ClusteringModel {
  /// The clusters of customers, new ones included, from the model alone.
  ///
  /// The frame has the model's features under their names. For the customers that the model was fitted on,
  /// the clusters are those of the fit. A customer without a value in some feature gets none.
  package func assign(_ frame: Frame) throws(ClusteringError) -> ClusterLabels {
    let used = FeatureMatrix.coordinateFeatures(transforms)
    var columns: [Column] = []
    var readers: [FeatureReader] = []
    for f in transforms.indices {
      let name = transforms[f].name
      guard let column = frame[name] else { throw .unknownFeature(name, columns: frame.names) }
      columns.append(column)
      readers.append(try FeatureReader(column))
    }
    let rows = FeatureMatrix.usableRows(columns, readers, frame.rowCount).rows
    let count = rows?.count ?? frame.rowCount
    let points = PointMatrix(rowCount: count, dimensionCount: used.count) { c, column in
      // SAFETY: each task writes the elements of its own rows.
      nonisolated(unsafe) let column = column
      let transform = transforms[used[c]]
      let reader = readers[used[c]]
      Parallel.forEachChunk(of: count) { _, chunk in
        reader.forEachBlock(in: chunk, of: rows) { start, values in
          for i in values.indices { column[start + i] = transform.coordinate(values[i]) }
        }
      }
    }
    let state = KMeansState(points: points, centroidCount: clusters.count, isPruning: false)
    state.assign(to: clusters.flatMap(\.coordinates))
    return ClusteringModel.labels(
      of: state, numbers: clusters.map(\.number), rows: rows, frameRowCount: frame.rowCount)
  }

  /// The numbers of the points' clusters, at the rows of the frame that they stand for.
  static func labels(
    of state: KMeansState, numbers: [Int], rows: AlignedBuffer<UInt32>?, frameRowCount: Int
  ) -> ClusterLabels {
    let narrow = numbers.map(UInt16.init)
    let labels = AlignedBuffer<UInt16>(count: frameRowCount) { out in
      // SAFETY: rows are distinct: every chunk of points writes its own elements.
      nonisolated(unsafe) let out = out
      state.withLabels { labels in
        nonisolated(unsafe) let labels = labels
        guard let rows else {
          return Parallel.forEachChunk(of: labels.count) { _, chunk in
            for i in chunk { out[i] = narrow[Int(labels[i])] }
          }
        }
        out.initialize(repeating: 0)
        Parallel.forEachChunk(of: labels.count) { _, chunk in
          let rows = rows.span
          for i in chunk { out[Int(rows[i])] = narrow[Int(labels[i])] }
        }
      }
    }
    let validity = rows.map { _ in
      Bitmap(sideBySide: frameRowCount) { [numbers = labels] in numbers.pointer[$0] != 0 }
    }
    return ClusterLabels(numbers: labels, validity: validity)
  }
}
