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
    private let failure = Mutex<StorageError?>(nil)

    init(_ journal: Journal, _ store: Store) {
      self.journal = journal
      self.store = store
    }

    func run() {
      do throws(StorageError) {
        try begin()
      } catch {
        failure.withLock { $0 = error }
      }
    }

    var error: StorageError? { failure.withLock { $0 } }

    private func begin() throws(StorageError) {
      var done = journal
      done.state = .done
      try store.writeSealed(done.members, Journal.identity, to: Journal.doneFileName)
      try store.writeSealed(journal.members, Journal.identity, to: Journal.temporaryFileName)
      try store.system.rename(
        store.path + "/" + Journal.temporaryFileName, to: store.path + "/" + Journal.fileName)
      try store.system.synchronizeDirectory(store.path)
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
  }

  /// Removes what has no use when the change was not made; that it was begun may stay.
  func giveUp() {
    thread.join()
    let (path, system) = (work.store.path, work.store.system)
    for name in [Journal.temporaryFileName, Journal.doneFileName] {
      try? system.removeFile(path + "/" + name)
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
