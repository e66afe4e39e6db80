import Glibc
import Synchronization

/// The only way from this module to the operating system: retries what is interrupted or cut short, turns
/// errno into `StorageError`, and can be told by a test to fail at a chosen call.
package final class SystemCalls: Sendable {
  package enum Call: String, Sendable, CaseIterable {
    case open, status = "fstat", read = "pread", write = "pwrite", synchronize = "fsync"
    case rename, makeDirectory = "mkdir", remove = "unlink", link, list = "readdir", lock = "flock"
    case truncate = "ftruncate"
  }

  /// What goes wrong, and when: the `ordinal`-th (from 0) call of that kind.
  package struct Fault: Sendable, Equatable {
    package enum Effect: Sendable, Equatable {
      /// The call fails with this errno, once.
      case fail(Int32)
      /// This call and all later ones of its kind fail: a disk that is full stays full.
      case failFromThenOn(Int32)
      /// This call and all later ones of every kind fail: what a killed process leaves.
      case die
      /// The call is interrupted before it does anything.
      case interrupt
      /// The call moves one byte of what was asked for.
      case cutShort
    }
    package let call: Call
    package let ordinal: Int
    package let effect: Effect

    package init(_ call: Call, ordinal: Int, _ effect: Effect) {
      self.call = call
      self.ordinal = ordinal
      self.effect = effect
    }
  }

  package static let real = SystemCalls()

  private let fault: Fault?
  private let isCounting: Bool
  private let counts = Mutex<[Call: Int]>([:])

  private init() {
    fault = nil
    isCounting = false
  }

  /// System calls that count, and fail where `fault` says: for tests.
  package init(fault: Fault?) {
    self.fault = fault
    isCounting = true
  }

  /// Calls made so far, when made with `init(fault:)`.
  package var callCounts: [Call: Int] { counts.withLock { $0 } }

  /// The effect due now, counting the call.
  func effect(of call: Call) -> Fault.Effect? {
    guard isCounting else { return nil }
    let (ordinal, isDead) = counts.withLock { counts in
      let ordinal = counts[call, default: 0]
      counts[call] = ordinal + 1
      return (ordinal, fault.map { counts[$0.call, default: 0] > $0.ordinal } ?? false)
    }
    if isDead, fault?.effect == .die { return .die }
    guard let fault, fault.call == call else { return nil }
    switch fault.effect {
    case .failFromThenOn: return ordinal >= fault.ordinal ? fault.effect : nil
    default: return ordinal == fault.ordinal ? fault.effect : nil
    }
  }

  /// The effect of the next call, without counting it.
  func peek(_ call: Call) -> Fault.Effect? {
    guard let fault, fault.call == call, counts.withLock({ $0[call, default: 0] }) == fault.ordinal
    else { return nil }
    return fault.effect
  }

  /// Runs a call that gives -1 on failure until it is not interrupted; its result, or the errno.
  func perform(_ call: Call, _ body: () -> Int) -> Result<Int, SystemFailure> {
    while true {
      switch effect(of: call) {
      case .fail(let code), .failFromThenOn(let code): return .failure(SystemFailure(code: code))
      case .interrupt: continue
      case .die: return .failure(SystemFailure(code: EIO))
      case .cutShort, nil: break
      }
      let result = body()
      if result != -1 { return .success(result) }
      let code = errno
      if code != EINTR { return .failure(SystemFailure(code: code)) }
    }
  }

  /// The error for a failed call.
  func error(_ call: Call, _ failure: SystemFailure, _ path: String) -> StorageError {
    let advice =
      switch failure.code {
      case ENOSPC, EDQUOT: "make room on the disk and run again; the store is as it was"
      case EACCES, EPERM, EROFS: "give this user the right to use it, or name another store"
      case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
      case ENOENT: "check the path; another process may have removed it, then run again"
      case EIO: "check the disk"
      default: "see the system's message"
      }
    let kind: StorageError.Kind =
      failure.code == ENOENT && (call == .open || call == .list)
      ? .missing : .system(call: call, code: failure.code)
    return StorageError(
      kind, path: path, found: "\(call.rawValue) failed: \(failure.text)",
      expected: "it to succeed", advice: advice)
  }
}

/// An errno.
struct SystemFailure: Error {
  let code: Int32
  var text: String { "\(String(cString: strerror(code))) (errno \(code))" }
}
