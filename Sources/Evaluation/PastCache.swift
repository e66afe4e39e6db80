import Synchronization

/// What a `Knowledge` has worked out of its own past.
final class PastCache: Sendable {
  private let days = Mutex<[Int32: Knowledge]>([:])
  private let windows = Mutex<[Int: LearningWindow?]>([:])

  func knowledge(on day: Int32, _ make: (Int32) throws -> Knowledge) rethrows -> Knowledge {
    try days.withLock { known in
      if let knowledge = known[day] { return knowledge }
      let knowledge = try make(day)
      known[day] = knowledge
      return knowledge
    }
  }

  func window(
    _ horizonDays: Int, _ make: () throws -> LearningWindow?
  ) rethrows -> LearningWindow? {
    try windows.withLock { known in
      if let window = known[horizonDays] { return window }
      let window = try make()
      known[horizonDays] = .some(window)
      return window
    }
  }
}
