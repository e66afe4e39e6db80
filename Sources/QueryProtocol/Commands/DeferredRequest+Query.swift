extension DeferredRequest {
  /// A whole query; refused as long as the query engine is not part of the build.
  func runQuery(
    _ text: String, _ service: Service, secondsLeft: Double, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    throw ReplyError(.unavailable, "this build has no query engine")
  }

  /// A condition, or nothing for all customers.
  func runCount(
    _ condition: String, _ service: Service, secondsLeft: Double, into writer: inout ReplyWriter
  ) throws(ReplyError) {
    guard condition.isEmpty else {
      throw ReplyError(.unavailable, "this build has no query engine")
    }
    writer.begin("count")
    writer.integer(base.rowCount)
    writer.end()
  }
}
