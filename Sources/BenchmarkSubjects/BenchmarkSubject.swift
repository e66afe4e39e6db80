/// Something that `make bench` measures: a kernel with its input ready.
///
/// Subjects live in the engine's package, because kernels are `package` declarations; `Benchmarks/` only runs them.
public struct BenchmarkSubject: Sendable {
  /// What is measured, for people.
  public let name: String
  /// How many items one run works on, and what they are.
  public let itemCount: Int
  public let itemName: String
  /// One run on warm input.
  public let run: @Sendable () -> Void

  init(_ name: String, _ itemCount: Int, _ itemName: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.itemCount = itemCount
    self.itemName = itemName
    self.run = run
  }

  /// Every subject, with its input made anew.
  public static func all() -> [BenchmarkSubject] {
    formatSubjects()
  }
}

/// Keeps a result from being optimised away.
@inline(never)
func consume<Value>(_ value: Value) {
  withExtendedLifetime(value) {}
}
