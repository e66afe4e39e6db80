import Synchronization

/// Things that one worker at a time uses, made when one is wanted and none is free.
///
/// Which one a task gets is up to the schedule: they must not carry a result from task to task.
final class WorkerPool<Element: AnyObject>: @unchecked Sendable {
  // SAFETY: an element is out of `free` while somebody uses it, so that nobody else does; `make` runs under
  // the lock.
  private let free = Mutex<[Unchecked]>([])
  private let make: () -> Element

  private struct Unchecked: @unchecked Sendable {
    let element: Element
  }

  init(_ make: @escaping () -> Element) { self.make = make }

  /// Lends an element for the time of a call.
  func lend(_ body: (Element) -> Void) {
    let taken = free.withLock { $0.popLast() ?? Unchecked(element: make()) }
    body(taken.element)
    free.withLock { $0.append(taken) }
  }
}
