package import Columns
import Kernels

/// Features and targets of the training customers at a cut-off, as float columns one after the other.
///
/// Column 0 is 1 everywhere, columns 1…p are the features, standardised, and the target columns follow. With
/// the ones in it, the Gram matrix holds every sum that a linear model needs.
package struct DesignMatrix: Sendable {
  /// A feature column: z = (x - mean) / scale. `scale` is 0 for a constant, whose z is 0.
  package struct Feature: Sendable, Equatable {
    package let term: DesignTerm
    package let mean: Double
    package let scale: Double
  }

  package let features: [Feature]
  package let customers: [UInt32]
  /// Net spend after the cut-off, in units of currency.
  package let spend: [Double]
  /// Orders after the cut-off.
  package let orders: [Double]
  /// 1 where there was an order and its net spend is positive, else 0.
  package let active: [Float]
  package let values: AlignedBuffer<Float>
  package let columnStride: Int
  /// Of the target columns, mean and scale; in the order of `targets`.
  package let targets: [Target]

  /// A target column: (y - mean) / scale, and 0 in the rows that it leaves out.
  package struct Target: Sendable {
    package let kind: TargetKind
    package let mean: Double
    package let scale: Double
  }

  package enum TargetKind: Sendable {
    case spend
    case orders
    /// ln(spend) and ln(orders) of the active customers.
    case logSpend
    case logOrders
  }

  package var rowCount: Int { customers.count }
  package var featureCount: Int { features.count }
  /// Place of the first target column.
  package var targetStart: Int { 1 + features.count }

  /// A matrix of columns as they are; for fits of given numbers. Every column has a value a row.
  package init(
    features: [Feature], columns: [[Float]], targets: [Target], targetColumns: [[Float]],
    active: [Float]
  ) {
    let rowCount = active.count
    let all = [[Float](repeating: 1, count: rowCount)] + columns + targetColumns
    precondition(features.count == columns.count && targets.count == targetColumns.count)
    precondition(all.allSatisfy { $0.count == rowCount }, "columns of one length")
    values = AlignedBuffer(all.flatMap { $0 })
    columnStride = rowCount
    self.features = features
    self.targets = targets
    self.active = active
    customers = (0..<UInt32(rowCount)).map { $0 }
    spend = [Double](repeating: 0, count: rowCount)
    orders = spend
  }

  /// Reads every customer known by the cut-off: features as of then, targets in (cutoff, end].
  ///
  /// Rows are then brought into the order of their content, so that no sum over them and no fold of them depends on
  /// the order in which customers came.
  ///
  /// Memory: 4 bytes a customer and column, 20 more a customer.
  package init(
    _ base: CustomerBase, terms: [DesignTerm], customers: [UInt32], cutoff: Int32, end: Int32,
    targets kinds: [TargetKind]
  ) throws {
    let rowCount = customers.count
    let stride = (rowCount + 15) & ~15
    let columnCount = 1 + terms.count + kinds.count
    var moments: [(mean: Double, scale: Double)] = []
    var fitted: [Target] = []
    var spend = [Double](repeating: 0, count: rowCount)
    var orders = [Double](repeating: 0, count: rowCount)
    var active = [Float](repeating: 0, count: rowCount)
    var order: [Int] = []
    values = try AlignedBuffer<Float>(count: stride * columnCount) { values in
      try spend.withUnsafeMutableBufferPointer { spend in
        try orders.withUnsafeMutableBufferPointer { orders in
          try active.withUnsafeMutableBufferPointer { active in
            try DesignReader(base, terms: terms).fill(
              values, columnStride: stride, firstColumn: 1, customers: customers, asOf: cutoff,
              outcomes: DesignReader.Outcomes(
                end: end, spend: spend, orders: orders, active: active))
          }
        }
      }
      UnsafeMutableBufferPointer(rebasing: values[0..<rowCount]).update(repeating: 1)
      order = spend.withUnsafeBufferPointer { spend in
        orders.withUnsafeBufferPointer { orders in
          ContentOrder.rows(
            UnsafeBufferPointer(values), columnStride: stride, columns: 1..<1 + terms.count,
            doubles: [spend, orders], rowCount: rowCount)
        }
      }
      DesignMatrix.permuteColumns(values, stride, 1, terms.count, order)
      spend = order.map { spend[$0] }
      orders = order.map { orders[$0] }
      active = order.map { active[$0] }
      moments = DesignMatrix.standardiseColumns(values, stride, 1, terms.count, rowCount)
      for (i, kind) in kinds.enumerated() {
        let start = (1 + terms.count + i) * stride
        fitted.append(
          DesignMatrix.fill(
            UnsafeMutableBufferPointer(rebasing: values[start..<start + rowCount]), kind,
            spend, orders, active))
      }
    }
    features = zip(terms, moments).map { Feature(term: $0, mean: $1.mean, scale: $1.scale) }
    self.customers = order.map { customers[$0] }
    self.spend = spend
    self.orders = orders
    self.active = active
    columnStride = stride
    targets = fitted
  }

  /// Row i of a column becomes what was row `order[i]`.
  private static func permuteColumns(
    _ values: UnsafeMutableBufferPointer<Float>, _ stride: Int, _ first: Int, _ count: Int,
    _ order: [Int]
  ) {
    // SAFETY: a task touches its own column only.
    nonisolated(unsafe) let values = values
    Parallel.perform(count) { i in
      let start = (first + i) * stride
      let moved = order.map { values[start + $0] }
      for row in moved.indices { values[start + row] = moved[row] }
    }
  }

  /// A spread below this share of the mean is rounding, not information.
  private static let spreadMin = 1e-7

  private static func standardiseColumns(
    _ values: UnsafeMutableBufferPointer<Float>, _ stride: Int, _ first: Int, _ count: Int,
    _ rowCount: Int
  ) -> [(mean: Double, scale: Double)] {
    var moments = [(mean: Double, scale: Double)](repeating: (0, 0), count: count)
    moments.withUnsafeMutableBufferPointer { moments in
      // SAFETY: a task touches its own column and its own moments only.
      nonisolated(unsafe) let (values, moments) = (values, moments)
      Parallel.perform(count) { i in
        let start = (first + i) * stride
        let column = UnsafeMutableBufferPointer(rebasing: values[start..<start + rowCount])
        let (mean, variance) = columnMoments(UnsafeBufferPointer(column))
        let scale = variance.squareRoot()
        let isConstant = !(scale > spreadMin * max(abs(mean), spreadMin))
        standardise(column, mean: mean, inverseScale: isConstant ? 0 : 1 / scale)
        moments[i] = (mean, isConstant ? 0 : scale)
      }
    }
    return moments
  }

  private static func fill(
    _ column: UnsafeMutableBufferPointer<Float>, _ kind: TargetKind,
    _ spend: [Double], _ orders: [Double], _ active: [Float]
  ) -> Target {
    let isLogarithm = kind == .logSpend || kind == .logOrders
    let source = kind == .spend || kind == .logSpend ? spend : orders
    func value(_ row: Int) -> Double? {
      if !isLogarithm { return source[row] }
      return active[row] > 0 ? naturalLogarithm(source[row]) : nil
    }
    var (count, sum) = (0.0, 0.0)
    for row in column.indices {
      guard let y = value(row) else { continue }
      count += 1
      sum += y
    }
    let mean = count > 0 ? sum / count : 0
    var squares = 0.0
    for row in column.indices {
      guard let y = value(row) else { continue }
      squares += (y - mean) * (y - mean)
    }
    let spread = count > 0 ? (squares / count).squareRoot() : 0
    let scale = spread > 1e-12 * max(1, abs(mean)) ? spread : 1
    for row in column.indices { column[row] = value(row).map { Float(($0 - mean) / scale) } ?? 0 }
    return Target(kind: kind, mean: mean, scale: scale)
  }
}
