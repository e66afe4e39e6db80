import ArgumentParser
import Pipeline

/// How customers are scored; `score` and `run` take these.
struct ScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Score as of this date. Default: the store's last day.", valueName: "YYYY-MM-DD"))
  var asOf: String?

  @Option(
    help: ArgumentHelp("Only count transactions this far back, e.g. 365d.", valueName: "span"))
  var window: String?

  @Option(help: "Bins a measure, 2 to 10.")
  var bins = 5

  @Option(help: "How values become scores: quantile, ntile or cuts.")
  var method = "quantile"

  @Option(
    help: ArgumentHelp(
      "Thresholds for --method cuts: recency_days=30,90,180,365;orders=…;monetary=…",
      valueName: "cuts"))
  var cuts: String?

  @Option(help: "Frequency counts orders or purchase days (orders, days).")
  var frequency = "orders"

  @Option(help: "Monetary is the net total or the mean an order (total, mean).")
  var monetary = "total"

  @Option(help: ArgumentHelp("Score within each group of this attribute.", valueName: "column"))
  var by: String?

  @Option(help: "The segments: rfm-10, rfm-8-zh or value-3.")
  var taxonomy = "rfm-10"

  @Option(help: "The lifetime value model: bgnbd, mbgnbd, pnbd, nbd, ridge, hurdle or none.")
  var clv = "bgnbd"

  @Option(help: ArgumentHelp("How far ahead values are expected, e.g. 12mo.", valueName: "span"))
  var horizon = "12mo"

  @Option(help: ArgumentHelp("Discount rate with its unit, e.g. 10%/yr.", valueName: "rate"))
  var discount = "10%/yr"

  @Option(help: "The margin that turns spend into value.")
  var margin = 1.0

  @Option(help: "The unit of time in the models: day, week or month.")
  var ruler = "week"

  @Option(help: "The penalty on the lifetime models' parameters.")
  var penalty = 0.0

  @Option(help: "Clusters: a number, auto or none.")
  var clusters = "none"

  @Option(help: ArgumentHelp("Columns to cluster by, by comma.", valueName: "names"))
  var clusterFeatures = "recency_days,orders,monetary_total"

  @Option(help: "How cluster features are scaled: log-z, z, robust or none.")
  var clusterScale = "log-z"

  @Option(help: "The seed of the clusters' first centroids.")
  var clusterSeed: UInt64 = 1

  @Flag(help: "Aggregate all batches anew instead of folding in what is new.")
  var full = false
}
