import JSONText
import Kernels
import Synchronization

/// A journal that is brought to the disk on a thread of its own, while columns are written: a publication has no wait of
/// its own for it.
///
/// Both of its states are written and synchronised at the start. That it is done then takes one rename; whichever of the
/// two a power cut leaves, it is whole.
final class JournalInProgress: Sendable {
  private let work: Work
  private let thread: BackgroundThread

  private final class Work: Sendable {
    let store: Store
    let journal: Journal
    private let state = Mutex(State())

    private struct State {
      var failure: StorageError?
      /// Whether the store has the new journal, and whether it had one before.
      var hasBegun = false
      var hasFormer = false
    }

    init(_ journal: Journal, _ store: Store) {
      self.journal = journal
      self.store = store
    }

    func run() {
      do throws(StorageError) {
        try begin()
      } catch {
        state.withLock { $0.failure = error }
      }
    }

    var error: StorageError? { state.withLock { $0.failure } }
    var hasBegun: Bool { state.withLock { $0.hasBegun } }
    var hasFormer: Bool { state.withLock { $0.hasFormer } }

    private func begin() throws(StorageError) {
      var done = journal
      done.state = .done
      try store.writeSealed(done.members, Journal.identity, to: Journal.doneFileName)
      try store.writeSealed(journal.members, Journal.identity, to: Journal.temporaryFileName)
      let (path, system) = (store.path, store.system)
      let name = path + "/" + Journal.fileName
      let former = path + "/" + Journal.formerFileName
      if try system.exists(former) { try system.removeFile(former) }
      if try system.exists(name) {
        try system.link(name, as: former)
        state.withLock { $0.hasFormer = true }
      }
      try system.rename(path + "/" + Journal.temporaryFileName, to: name)
      state.withLock { $0.hasBegun = true }
      try system.synchronizeDirectory(path)
    }
  }

  /// Starts, or where no thread is to be had is over when this returns.
  init(_ journal: Journal, _ store: Store) {
    let work = Work(journal, store)
    self.work = work
    thread = BackgroundThread { work.run() }
    thread.startOrRun()
  }

  deinit { thread.join() }

  func join() { thread.join() }

  /// Waits until the store says what is about to be done.
  func wait() throws(StorageError) {
    thread.join()
    if let error = work.error { throw error }
  }

  /// Says that it is done. Nothing is waited for, and failing harms nothing: the next writer finds nothing left to do.
  func finish() {
    let (path, system) = (work.store.path, work.store.system)
    try? system.rename(path + "/" + Journal.doneFileName, to: path + "/" + Journal.fileName)
    if work.hasFormer { try? system.removeFile(path + "/" + Journal.formerFileName) }
  }

  /// Brings back the journal before, when the change was not made and nothing is left of it; else the next writer finds
  /// what was begun.
  func giveUp(isUndone: Bool) {
    thread.join()
    let (path, system) = (work.store.path, work.store.system)
    let name = path + "/" + Journal.fileName
    let former = path + "/" + Journal.formerFileName
    if work.hasBegun && isUndone {
      if work.hasFormer {
        try? system.rename(former, to: name)
      } else {
        try? system.removeFile(name)
      }
    } else if work.hasFormer {
      try? system.removeFile(former)
    }
    for leftover in [Journal.temporaryFileName, Journal.doneFileName] {
      try? system.removeFile(path + "/" + leftover)
    }
  }
}

extension Store {
  /// Writes a sealed file in the store's directory in place of what had that temporary name, synchronises it and reads
  /// it back.
  func writeSealed(
    _ members: [JSON.Member], _ identity: FileIdentity, to name: String
  ) throws(StorageError) {
    let file = path + "/" + name
    if try system.exists(file) { try system.removeFile(file) }
    do throws(StorageError) {
      let (bytes, checksum) = SealedJSON.seal(members, identity: identity)
      try File.writeAll(bytes, to: file, system: system)
      let written = try SealedJSON.read(file, identity: identity, system: system)
      guard written.checksum == checksum else {
        throw StorageError.damaged(
          file, found: "other bytes than were written", expected: Checksum.text(checksum))
      }
    } catch {
      try? system.removeFile(file)
      throw error
    }
  }
}
