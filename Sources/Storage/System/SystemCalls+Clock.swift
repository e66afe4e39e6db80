import Glibc

extension SystemCalls {
  /// Today where the day begins first (14 hours before it does in Greenwich), in days since 1970-01-01: a date after it is
  /// in the future everywhere.
  var latestToday: Int32 {
    Int32(clamping: (time(nil) + 14 * 3_600) / 86_400)
  }
}
