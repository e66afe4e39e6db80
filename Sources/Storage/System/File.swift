import CPlatform
import Glibc

/// An open file or directory; closed when it goes out of use.
package struct File: ~Copyable {
  package enum Mode: Sendable {
    /// What is there already; never waits, whatever it is: `byteCount` then says that it is no file.
    case read
    /// A new file that must not exist yet.
    case create
    /// The same, which only its owner may read.
    case createPrivate
    /// An existing file, for reading and writing; no link is followed.
    case readWrite
    /// Opened or created, for the lock; no link is followed.
    case readWriteOrCreate
    case directory
  }

  package let path: String
  let descriptor: Int32
  let system: SystemCalls

  package init(
    _ path: String, _ mode: Mode, system: SystemCalls
  ) throws(StorageError) {
    let flags =
      switch mode {
      // Without O_NONBLOCK a named pipe would be waited for; of a file it changes nothing.
      case .read: O_RDONLY | O_CLOEXEC | O_NONBLOCK
      case .create, .createPrivate: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
      case .readWrite: O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      case .readWriteOrCreate: O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      case .directory: O_RDONLY | O_DIRECTORY | O_CLOEXEC
      }
    let permissions: mode_t = mode == .createPrivate ? 0o600 : 0o644
    switch system.perform(.open, { Int(Glibc.open(path, flags, permissions)) }) {
    case .success(let descriptor): self.descriptor = Int32(descriptor)
    // A socket, or a device without a driver; for writing a link or a directory too.
    case .failure(let failure)
    where (mode == .read && failure.code == ENXIO)
      || ((mode == .readWriteOrCreate || mode == .readWrite)
        && [ELOOP, EISDIR, ENXIO].contains(failure.code)):
      throw File.notAFile(path)
    case .failure(let failure): throw system.error(.open, failure, path)
    }
    self.path = path
    self.system = system
  }

  // What is written is synchronised first, so a close has nothing left to report.
  deinit { _ = Glibc.close(descriptor) }

  /// Bytes in the file; throws when it is no regular file.
  package func byteCount() throws(StorageError) -> Int {
    var status = stat()
    if case .failure(let failure) = system.perform(.status, { Int(fstat(descriptor, &status)) }) {
      throw system.error(.status, failure, path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw File.notAFile(path)
    }
    return Int(status.st_size)
  }

  private static func notAFile(_ path: String) -> StorageError {
    .damaged(path, found: "something that is no file", expected: "a file")
  }

  /// Reads exactly `buffer.count` bytes from `offset`; a file that ends before is damaged.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(StorageError) {
    var done = 0
    while done < buffer.count {
      let asked = min(buffer.count - done, system.isNextCutShort(.read) ? 1 : .max)
      let result = system.perform(.read) {
        pread(descriptor, buffer.baseAddress! + done, asked, offset + done)
      }
      switch result {
      case .failure(let failure): throw system.error(.read, failure, path)
      case .success(0):
        throw StorageError.damaged(
          path, at: offset + done, found: "the end of the file",
          expected: "\(buffer.count - done) more bytes")
      case .success(let count): done += count
      }
    }
  }

  /// Writes all of `buffer` at `offset`.
  package func write(
    _ buffer: UnsafeRawBufferPointer, at offset: Int
  ) throws(StorageError) {
    var done = 0
    while done < buffer.count {
      let asked = min(buffer.count - done, system.isNextCutShort(.write) ? 1 : .max)
      let result = system.perform(.write) {
        pwrite(descriptor, buffer.baseAddress! + done, asked, offset + done)
      }
      switch result {
      case .failure(let failure): throw system.error(.write, failure, path)
      case .success(let count): done += count
      }
    }
  }

  /// Asks the kernel to start writing back, without waiting: so that a later `synchronize` is short.
  func startWriteBack() { strata_start_write_back(descriptor) }

  /// Waits until what was written, and for a directory its entries, is on the disk.
  package func synchronize() throws(StorageError) {
    if case .failure(let failure) = system.perform(.synchronize, { Int(fsync(descriptor)) }) {
      throw system.error(.synchronize, failure, path)
    }
  }

  func truncate(to byteCount: Int) throws(StorageError) {
    let result = system.perform(.truncate) { Int(ftruncate(descriptor, byteCount)) }
    if case .failure(let failure) = result { throw system.error(.truncate, failure, path) }
  }

  /// Whether this process now holds the file's exclusive lock; never waits.
  func tryLock() throws(StorageError) -> Bool {
    switch system.perform(.lock, { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }) {
    case .success: return true
    case .failure(let failure) where failure.code == EWOULDBLOCK: return false
    case .failure(let failure): throw system.error(.lock, failure, path)
    }
  }
}
