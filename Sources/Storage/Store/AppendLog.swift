package import JSONText

/// A file that grows by entries, each of which is on the disk before what it announces is done.
///
///     var log = try writer.deliveryLog()
///     try log.append(["sent": 1])              // returns when it is on the disk
///     log.entries.count
///
/// An entry: bytes of the content (4), number from 0 (4), checksum of the content (8), checksum of these 16 bytes (8),
/// content, one JSON object. Checksums are seeded with the log's identity and the entry's number.
package struct AppendLog: ~Copyable {
  static let deliveriesPath = Manifest.deliveriesFolder + "/journal.log"
  static let headerByteCount = 24

  /// What a log holds.
  struct Contents {
    var entries: [JSON] = []
    /// Bytes of all whole entries.
    var byteCount = 0
    /// Bytes after them: of an entry that was cut short, and so was never acted on.
    var tornByteCount = 0
  }

  package private(set) var entries: [JSON]
  private let file: File
  private let identity: FileIdentity
  private var byteCount: Int
  private var hasFailed = false

  /// Opens a log for appending, or makes it; what was cut short is cut off. The store's lock is held.
  init(
    _ path: String, identity: FileIdentity, directory: String, system: SystemCalls
  ) throws(StorageError) {
    let status = try system.status(path)
    guard status.map({ $0.kind == .file && $0.linkCount == 1 }) ?? true else {
      throw .damaged(path, found: "something that is no file of its own", expected: "a log")
    }
    let file = try File(path, status == nil ? .create : .readWrite, system: system)
    if status == nil {
      try file.synchronize()
      try system.synchronizeDirectory(directory)
    }
    let contents = try AppendLog.contents(of: file, identity)
    if contents.tornByteCount > 0 {
      try file.truncate(to: contents.byteCount)
      try file.synchronize()
    }
    entries = contents.entries
    byteCount = contents.byteCount
    self.identity = identity
    self.file = file
  }

  /// Adds an entry, and returns when it is on the disk. After an error of the disk nothing more is appended: the log is
  /// opened anew, which tells what is in it.
  package mutating func append(_ entry: JSON) throws(StorageError) {
    guard !hasFailed else {
      throw StorageError(
        .invalid, path: file.path, found: "an entry after one that failed",
        expected: "the log to be opened anew", advice: "check the disk, and run again")
    }
    let content = Array(entry.compactText.utf8)
    guard entry.objectValue != nil, content.count <= StorageLimits.logEntryByteCountMax,
      byteCount + content.count < StorageLimits.logByteCountMax
    else {
      throw StorageError(
        .limit, path: file.path, found: "an entry of \(content.count) bytes",
        expected: "an object of at most \(StorageLimits.logEntryByteCountMax)",
        advice: "send fewer records at a time")
    }
    hasFailed = true
    let bytes = AppendLog.header(content, entries.count, identity) + content
    try file.write(bytes, at: byteCount)
    try file.synchronize()
    hasFailed = false
    byteCount += bytes.count
    entries.append(entry)
  }

  static func header(_ content: [UInt8], _ number: Int, _ identity: FileIdentity) -> [UInt8] {
    var header = ByteWriter()
    header.append(UInt32(content.count))
    header.append(UInt32(number))
    header.append(Checksum.of(content, seed: identity.seed(.block(number))))
    header.append(Checksum.of(header.bytes, seed: identity.seed(.block(number))))
    return header.bytes
  }

  /// Reads a log. Damage anywhere but at a last entry that never came whole to the disk throws.
  static func contents(
    of file: borrowing File, _ identity: FileIdentity
  ) throws(StorageError) -> Contents {
    let total = try file.byteCount()
    guard total <= StorageLimits.logByteCountMax else {
      throw StorageError(
        .limit, path: file.path, found: "\(total) bytes",
        expected: "at most \(StorageLimits.logByteCountMax)",
        advice: "this is not a file that this program wrote")
    }
    var contents = Contents()
    // The last byte of an entry is a brace. Zeros are what a power cut leaves of bytes that did not come to the disk.
    var endsInZero = false
    if total > 0 { endsInZero = try bytes(1, of: file, at: total - 1) == [0] }
    while contents.byteCount < total {
      let (start, number) = (contents.byteCount, contents.entries.count)
      let rest = total - start
      let torn = { () -> Contents in
        contents.tornByteCount = rest
        return contents
      }
      if rest < headerByteCount { return torn() }
      let head = try bytes(headerByteCount, of: file, at: start)
      let fields = head.withUnsafeBytes { raw in
        (
          count: Int(ByteReader(raw).uint32(at: 0)), number: Int(ByteReader(raw).uint32(at: 4)),
          content: ByteReader(raw).uint64(at: 8), own: ByteReader(raw).uint64(at: 16)
        )
      }
      guard fields.own == Checksum.of(Array(head.prefix(16)), seed: identity.seed(.block(number))),
        fields.number == number, fields.count <= StorageLimits.logEntryByteCountMax
      else {
        if endsInZero, head.last == 0, rest <= headerByteCount + StorageLimits.logEntryByteCountMax,
          try bytes(rest - headerByteCount, of: file, at: start + headerByteCount)
            .allSatisfy({ $0 == 0 })
        {
          return torn()
        }
        throw .damaged(file.path, at: start, found: "no entry \(number)", expected: "one")
      }
      if fields.count > rest - headerByteCount { return torn() }
      let content = try bytes(fields.count, of: file, at: start + headerByteCount)
      let isLast = rest == headerByteCount + fields.count
      guard fields.content == Checksum.of(content, seed: identity.seed(.block(number))) else {
        if isLast && endsInZero { return torn() }
        throw .damaged(
          file.path, at: start, found: "another content of entry \(number)",
          expected: Checksum.text(fields.content))
      }
      guard let json = try? JSON.parse(content), json.objectValue != nil else {
        throw .damaged(file.path, at: start, found: "no object", expected: "a JSON object")
      }
      contents.entries.append(json)
      contents.byteCount += headerByteCount + fields.count
    }
    return contents
  }

  private static func bytes(
    _ count: Int, of file: borrowing File, at offset: Int
  ) throws(StorageError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { buffer.deallocate() }
    try file.read(into: buffer, at: offset)
    return Array(buffer)
  }
}

extension StoreWriter {
  /// The log of deliveries, for appending; it is made where there is none.
  package func deliveryLog() throws(StorageError) -> AppendLog {
    guard store.manifest.change > 0 else {
      throw StorageError(
        .missing, path: store.path, found: "an empty store", expected: "a snapshot to deliver",
        advice: "run `strata run` first")
    }
    let folder = store.path + "/" + Manifest.deliveriesFolder
    if try !store.system.exists(folder) {
      try store.system.makeDirectory(folder)
      try store.system.synchronizeDirectory(store.path)
    }
    return try AppendLog(
      store.path + "/" + AppendLog.deliveriesPath,
      identity: store.identity(AppendLog.deliveriesPath), directory: folder,
      system: store.system)
  }
}

extension Store {
  /// The entries of the log of deliveries, oldest first; one that was cut short is left out.
  package func deliveryLogEntries() throws(StorageError) -> [JSON] {
    try deliveryLogContents().entries
  }

  func deliveryLogContents() throws(StorageError) -> AppendLog.Contents {
    let log = path + "/" + AppendLog.deliveriesPath
    guard try system.exists(log) else { return AppendLog.Contents() }
    let file = try File(log, .read, system: system)
    return try AppendLog.contents(of: file, identity(AppendLog.deliveriesPath))
  }
}
