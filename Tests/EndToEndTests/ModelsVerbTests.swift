import Foundation
import Testing

/// What `strata models` prints of a snapshot, and the comparison of models it fits.
@Suite struct ModelsVerbTests {
  /// A store of the CDNOW sample, scored so.
  private func store(_ folder: Folder, _ options: [String]) throws -> String {
    let store = folder.file("store")
    let run = try Program.run(
      ["run", store, Program.data("cdnow_sample.csv"), "-o", folder.file("s.csv")] + options)
    #expect(run.status == 0, "\(run.errors)")
    return store
  }

  @Test func everyModelOfASnapshotIsPrinted() throws {
    let folder = try Folder()
    let store = try store(folder, ["--clv", "bgnbd", "--clusters", "3"])
    let text = try Program.run(["models", store])
    #expect(text.status == 0, "\(text.errors)")
    let wanted = [
      "cuts of recency", "BG/NBD (bgnbd), ruler week", "log-likelihood", "AIC", "std. error",
      "customers 2357 ", "Gamma-Gamma (gamma-gamma)", "3 clusters of 2357 customers",
    ]
    for part in wanted { #expect(text.lines.contains { $0.contains(part) }, "\(part)") }
    let json = try Program.run(["models", store, "--json"]).json()
    let models = try #require(json["models"] as? [String: Any])
    #expect(Set(models.keys) == ["lifetime", "clusters"])
  }

  @Test func aRegressionReadsAsItDidWhenItWasFitted() throws {
    let folder = try Folder()
    let store = folder.file("store")
    let run = try Program.run([
      "run", store, Program.data("cdnow_sample.csv"), "-o", folder.file("s.csv"), "--clv",
      "hurdle", "--horizon", "6mo",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let text = try Program.run(["models", store])
    #expect(text.status == 0, "\(text.errors)")
    let report = text.lines.drop { !$0.hasPrefix("hurdle regression") }
    #expect(report.contains { $0.contains("this model") && $0.contains("MAE") })
    #expect(report.contains { $0.contains("log_recency") && $0.contains("±") })
    #expect(!text.lines.contains { $0.contains("{") })
  }

  @Test func fitsAreComparedByAIC() throws {
    let folder = try Folder()
    let store = try store(folder, ["--clv", "none"])
    let text = try Program.run(["models", store, "--fit", "nbd,pnbd,mbgnbd"])
    #expect(text.status == 0, "\(text.errors)")
    let rows = text.lines.prefix(5).dropFirst(2)
    #expect(rows.first?.contains(" 0.00") == true && rows.last?.hasPrefix("NBD") == true)
    let wrong = try Program.run(["models", store, "--fit", "bgnbb"])
    #expect(wrong.status != 0 && wrong.errors.contains("bgnbd, mbgnbd, pnbd and nbd"))
  }
}
