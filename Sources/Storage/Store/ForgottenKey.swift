/// The key that the ids of forgotten customers are hashed with: without it their hashes say nothing about ids, and with
/// it an id that comes again is known. 32 random bytes in `forgotten/key`, which only the owner may read.
package struct ForgottenKey: Sendable {
  static let path = Manifest.forgottenFolder + "/key"
  static let temporaryPath = Manifest.forgottenFolder + "/.key.tmp"
  static let byteCount = 32

  private let bytes: [UInt8]

  init(bytes: [UInt8]) {
    precondition(bytes.count == ForgottenKey.byteCount, "a key has 32 bytes")
    self.bytes = bytes
  }

  /// The first 16 bytes of HMAC-SHA-256, big-endian.
  package struct Hash: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }
  }

  /// Of the bytes of an id.
  package func hash(of id: some Sequence<UInt8>) -> Hash {
    let digest = KeyedHash.authenticate(Array(id), key: bytes)
    func word(_ start: Int) -> UInt64 {
      digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    return Hash(high: word(0), low: word(8))
  }

  /// Tells whether a key is the right one, and nothing else about it: the hash of no bytes.
  var check: UInt64 { hash(of: []).high }

  static func read(_ store: Store) throws(StorageError) -> ForgottenKey? {
    let path = store.path + "/" + ForgottenKey.path
    guard let status = try store.system.status(path) else { return nil }
    guard status.kind == .file else {
      throw .damaged(path, found: "something that is no file", expected: "a key")
    }
    let bytes = try File.readAll(path, limit: 1_024, system: store.system)
    guard bytes.count == byteCount else {
      throw .damaged(path, found: "\(bytes.count) bytes", expected: "\(byteCount)")
    }
    return ForgottenKey(bytes: bytes)
  }
}

extension StoreWriter {
  /// The store's key; made where it has none and nobody was forgotten yet.
  package func forgottenKey() throws(StorageError) -> ForgottenKey {
    if let key = try ForgottenKey.read(store) { return key }
    let (path, system) = (store.path, store.system)
    guard store.manifest.forgotten.isEmpty else {
      throw .damaged(path + "/" + ForgottenKey.path, found: "no key", expected: "the store's key")
    }
    let folder = path + "/" + Manifest.forgottenFolder
    try system.makeDirectoryIfMissing(folder)
    let temporary = path + "/" + ForgottenKey.temporaryPath
    if try system.exists(temporary) { try system.removeFile(temporary) }
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<ForgottenKey.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    let file = try File(temporary, .createPrivate, system: system)
    try file.write(bytes, at: 0)
    try file.synchronize()
    try system.rename(temporary, to: path + "/" + ForgottenKey.path)
    try system.synchronizeDirectory(folder)
    try system.synchronizeDirectory(path)
    return ForgottenKey(bytes: bytes)
  }
}
