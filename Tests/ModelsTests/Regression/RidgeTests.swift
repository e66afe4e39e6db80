import Columns
import JSONText
import Kernels
import Testing

@testable import Models

@Suite struct RidgeTests {
  let small = RegressionFixture.json["small"]!

  /// The fixture's columns: ones, x, y, as a design.
  func matrix() -> DesignMatrix {
    let columns = small["x"]!.arrayValue!.map { RegressionFixture.numbers($0).map { Float($0) } }
    let y = RegressionFixture.numbers(small["y"]).map { Float($0) }
    let feature = DesignMatrix.Feature(term: .purchases(.logRecency), mean: 0, scale: 1)
    return DesignMatrix(
      features: columns.map { _ in feature }, columns: columns,
      targets: [DesignMatrix.Target(kind: .spend, mean: 0, scale: 1)], targetColumns: [y],
      active: RegressionFixture.numbers(small["b"]).map { Float($0) })
  }

  @Test func coefficientsAndErrorsAgreeWithScikitLearn() throws {
    let state = GramState(matrix(), columnCount: 7)
    let ridge = Ridge(state, features: [1, 2, 3, 4, 5], target: 6)
    for expected in small["ridge"]!.arrayValue! {
      let lambda = expected["lambda"]!.doubleValue!
      let fit = ridge.fit(lambda)
      let close = { (a: Double, name: String) in
        RegressionFixture.isClose(a, expected[name]!.doubleValue!, 2e-6)
      }
      #expect(close(fit.intercept, "intercept"))
      #expect(close(fit.degreesOfFreedom, "degrees_of_freedom"))
      #expect(close(fit.rSquared, "r_squared"))
      #expect(close(ridge.crossValidation(lambda)!, "gcv"))
      let coefficients = RegressionFixture.numbers(expected["coefficients"])
      let errors = RegressionFixture.numbers(expected["standard_errors"])
      try #require(coefficients.count == 5 && errors.count == 5)
      for j in 0..<5 {
        #expect(RegressionFixture.isClose(fit.coefficients[j], coefficients[j], 2e-6, scale: 1))
        #expect(RegressionFixture.isClose(fit.standardErrors[j], errors[j], 2e-6))
      }
    }
  }

  @Test func crossValidationChoosesTheLambdaOfTheHatMatrix() {
    let state = GramState(matrix(), columnCount: 7)
    let lambda = Ridge(state, features: [1, 2, 3, 4, 5], target: 6).lambdaByCrossValidation
    #expect(RegressionFixture.isClose(lambda, small["gcv_lambda"]!.doubleValue!, 1e-9))
  }

  @Test func foldsChooseTheLambdaOfRefitting() {
    let matrix = matrix()
    let folds = (0..<5).map { fold in
      let scales = (0..<300).map { Float($0 % 5 == fold ? 1 : 0) }
      return scales.withUnsafeBufferPointer {
        GramState(matrix, columnCount: 7, rowScales: $0)
      }
    }
    let lambda = Ridge.lambdaByFolds(folds, features: [1, 2, 3, 4, 5], target: 6)
    #expect(RegressionFixture.isClose(lambda, small["fold_lambda"]!.doubleValue!, 1e-9))
    var error = 0.0
    let total = folds.dropFirst().reduce(folds[0], +)
    for fold in folds {
      let fit = Ridge(total - fold, features: [1, 2, 3, 4, 5], target: 6).fit(lambda)
      error += Ridge.squaredError(fit, fold, features: [1, 2, 3, 4, 5], target: 6)
    }
    #expect(RegressionFixture.isClose(error, small["fold_error"]!.doubleValue!, 1e-5))
  }

  @Test func statesOfHalvesAddUpToTheStateOfAll() {
    let matrix = matrix()
    let parts = [0, 1].map { half in
      let scales = (0..<300).map { Float($0 / 150 == half ? 1 : 0) }
      return scales.withUnsafeBufferPointer { GramState(matrix, columnCount: 7, rowScales: $0) }
    }
    let whole = GramState(matrix, columnCount: 7)
    for (a, b) in zip((parts[0] + parts[1]).sums, whole.sums) {
      #expect(RegressionFixture.isClose(a, b, 1e-6, scale: 100))
    }
  }

  @Test func logisticRegressionAgreesWithScikitLearn() {
    for expected in small["logistic"]!.arrayValue! {
      let fit = Logistic(
        matrix(), features: [1, 2, 3, 4, 5], penalty: expected["penalty"]!.doubleValue!
      ).fit()
      #expect(fit.outcome == .converged && fit.iterations < 15)
      #expect(RegressionFixture.isClose(fit.intercept, expected["intercept"]!.doubleValue!, 1e-7))
      #expect(
        RegressionFixture.isClose(fit.logLikelihood, expected["log_likelihood"]!.doubleValue!, 1e-9)
      )
      let coefficients = RegressionFixture.numbers(expected["coefficients"])
      let errors = RegressionFixture.numbers(expected["standard_errors"])
      for j in 0..<5 {
        #expect(RegressionFixture.isClose(fit.coefficients[j], coefficients[j], 1e-7, scale: 1))
        #expect(RegressionFixture.isClose(fit.standardErrors[j], errors[j], 1e-5))
      }
    }
  }

  @Test(arguments: [1, 2, 3, 10, 40]) func eigenvectorsRebuildTheMatrix(count: Int) {
    var random = RandomStream(seed: 7, stream: UInt64(count))
    var matrix = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        matrix[i * count + j] = random.nextUnit() - 0.5
        matrix[j * count + i] = matrix[i * count + j]
      }
    }
    let eigen = EigenDecomposition(matrix, count: count)
    for i in 0..<count {
      for j in 0..<count {
        var sum = 0.0
        for k in 0..<count {
          sum += eigen.vectors[i * count + k] * eigen.values[k] * eigen.vectors[j * count + k]
        }
        #expect(abs(sum - matrix[i * count + j]) < 1e-12)
      }
    }
  }

  @Test func eigenvaluesOfAnEmptyAndAZeroMatrixAreZero() {
    #expect(EigenDecomposition([], count: 0).values.isEmpty)
    #expect(EigenDecomposition([Double](repeating: 0, count: 9), count: 3).values == [0, 0, 0])
  }

  @Test func aColumnThatRepeatsOthersIsLeftOut() {
    // Columns: a, b, a + b, and one of no variance; Gram matrix of orthonormal a and b.
    let gram: [Double] = [1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 2, 0, 0, 0, 0, 0]
    let (kept, dropped) = Cholesky.independentColumns(gram, count: 4, tolerance: 1e-5)
    #expect(kept == [0, 1])
    #expect(dropped.map(\.column) == [2, 3])
    #expect(dropped[0].explaining == 0 && dropped[1].explaining == nil)
  }
}
