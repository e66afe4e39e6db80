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

  @Option(help: "Bins a measure, 2 to 10. Default: 5.")
  var bins: Int?

  @Option(help: "How values become scores: quantile (the default), ntile or cuts.")
  var method: String?

  @Option(
    help: ArgumentHelp(
      "Thresholds for --method cuts: recency_days=30,90,180,365;orders=…;monetary=…",
      valueName: "cuts"))
  var cuts: String?

  @Option(help: "Frequency counts orders or purchase days (orders, days). Default: orders.")
  var frequency: String?

  @Option(help: "Monetary is the net total or the mean an order (total, mean). Default: total.")
  var monetary: String?

  @Option(help: ArgumentHelp("Score within each group of this attribute.", valueName: "column"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "The column segment: a taxonomy of the configuration or a preset (rfm-10, rfm-8-zh, value-3, "
        + "abc, lifecycle). Default: the configuration's first, else rfm-10.", valueName: "name"))
  var taxonomy: String?

  @Option(
    help: "The value model: bgnbd (the default), mbgnbd, pnbd, nbd, ridge, hurdle or none.")
  var clv: String?

  @Option(
    help: ArgumentHelp("How far ahead values are expected. Default: 12mo.", valueName: "span"))
  var horizon: String?

  @Option(
    help: ArgumentHelp(
      "Further horizons to expect purchases within, such as 3mo,6mo: a column each.",
      valueName: "spans"))
  var moreHorizons: String?

  @Option(help: ArgumentHelp("Discount rate with its unit. Default: 10%/yr.", valueName: "rate"))
  var discount: String?

  @Option(help: "The margin that turns spend into value. Default: 1.")
  var margin: Double?

  @Option(help: "The unit of time in the models: day, week (the default) or month.")
  var ruler: String?

  @Option(help: "The penalty on the lifetime models' parameters. Default: 0.")
  var penalty: Double?

  @Option(help: "Clusters: a number, auto or none (the default).")
  var clusters: String?

  @Option(
    help: ArgumentHelp(
      "Columns to cluster by, by comma. Default: recency_days,orders,monetary_total.",
      valueName: "names"))
  var clusterFeatures: String?

  @Option(help: "How cluster features are scaled: log-z (the default), z, robust or none.")
  var clusterScale: String?

  @Option(help: "The seed of the clusters' first centroids. Default: 1.")
  var clusterSeed: UInt64?

  @Flag(help: "Aggregate all batches anew instead of folding in what is new.")
  var full = false
}
