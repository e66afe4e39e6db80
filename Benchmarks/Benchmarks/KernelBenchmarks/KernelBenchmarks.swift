import Benchmark
import BenchmarkSubjects

// One benchmark a subject: wall time of one run, and items (rows, bytes, points) a second.
let benchmarks: @Sendable () -> Void = {
  for subject in BenchmarkSubject.all() {
    Benchmark(
      "\(subject.name) (\(subject.itemCount) \(subject.itemName))",
      configuration: .init(
        metrics: [.wallClock, .cpuTotal], warmupIterations: 3, maxDuration: .seconds(2))
    ) { benchmark in
      for _ in benchmark.scaledIterations { subject.run() }
    }
  }
}
