#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file, pipe or compressed file as text with offsets.
///
/// A regular file is read where and when its bytes are wanted (`pread`: never mapped, because mapped pages
/// count as this process's memory and another process may cut the file short). A stream is read into a window
/// of memory that moves on; tasks then copy from it.
final class InputSource {
  let path: String
  let descriptor: FileDescriptor
  /// Bytes of a regular file; nil for streams.
  let fileByteCount: Int?
  private(set) var window: StreamWindow?

  init(path: String, hasher: Bool = true) throws(IngestError) {
    self.path = path == "-" ? "standard input" : path
    if path == "-" {
      descriptor = FileDescriptor(adopting: 0, closes: false)
    } else {
      guard let opened = FileDescriptor.open(reading: path) else {
        throw IngestError(
          .noInput, "cannot be opened: \(systemErrorText())", file: path,
          advice: "Check the path and its permissions")
      }
      descriptor = opened
    }
    if descriptor.isDirectory {
      throw IngestError(
        .noInput, "is a directory", file: self.path, advice: "Name the files in it")
    }
    var size = descriptor.regularFileByteCount()
    if path == "-", size != nil, descriptor.position != 0 { size = nil }
    var magic = [UInt8](repeating: 0, count: 4)
    if let count = size {
      let read = descriptor.read(at: 0, into: &magic, byteCount: 4)
      if read < 0 { throw Self.readError(self.path) }
      try Self.refuseCompressed(magic, self.path)
      let isLZ4 = count >= 4 && magic == Self.lz4Magic
      fileByteCount = isLZ4 ? nil : count
      if isLZ4 {
        window = StreamWindow(descriptor: descriptor, path: self.path)
        try window!.start()
      }
    } else {
      fileByteCount = nil
      window = StreamWindow(descriptor: descriptor, path: self.path)
      try window!.start()
      try Self.refuseCompressed(window!.head, self.path)
    }
  }

  static let lz4Magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]

  static func readError(_ path: String) -> IngestError {
    IngestError(.inputOutput, "cannot be read: \(systemErrorText())", file: path)
  }

  private static func refuseCompressed(_ head: [UInt8], _ path: String) throws(IngestError) {
    let known: [(magic: [UInt8], name: String, tool: String)] = [
      ([0x1F, 0x8B], "gzip", "zcat"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstdcat"),
      ([0x42, 0x5A, 0x68], "bzip2", "bzcat"), ([0xFD, 0x37, 0x7A, 0x58], "xz", "xzcat"),
      ([0x50, 0x4B, 0x03, 0x04], "zip", "unzip -p"),
      ([0x02, 0x21, 0x4C, 0x18], "legacy lz4", "lz4cat"),
    ]
    for format in known where head.starts(with: format.magic) {
      throw IngestError(
        .badData, "is compressed with \(format.name), which is not read directly", file: path,
        found: "the first bytes of a \(format.name) file", expected: "text, or an .lz4 frame",
        advice: "Use a pipe: \(format.tool) \(path) | strata ingest STORE -")
    }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw IngestError(
        .badData, "is UTF-16 text", file: path, expected: "UTF-8",
        advice: "Use a pipe: iconv -f UTF-16 -t UTF-8 \(path) | strata ingest STORE -")
    }
  }

  /// Copies bytes from `offset` on; fewer than asked for only where the text (or a stream's window) ends.
  func read(
    at offset: Int, into memory: UnsafeMutableRawPointer, byteCount: Int
  ) throws(IngestError) -> Int {
    guard let fileByteCount else { return window!.copy(from: offset, into: memory, byteCount) }
    let wanted = min(byteCount, fileByteCount - offset)
    if wanted <= 0 { return 0 }
    let count = descriptor.read(at: offset, into: memory, byteCount: wanted)
    if count < 0 { throw Self.readError(path) }
    if count < wanted {
      throw IngestError(
        .inputOutput, "became shorter while it was read", file: path,
        found: "\(offset + count) bytes", expected: "\(fileByteCount) bytes",
        advice: "Ingest it when nothing writes to it")
    }
    return count
  }

  /// Where the text ends, as far as it is known now.
  var knownEnd: Int { fileByteCount ?? window!.end }
  /// Whether nothing follows `knownEnd`.
  var isComplete: Bool { fileByteCount != nil || window!.isComplete }

  /// For a stream: forgets what is before `offset` (but for one byte) and reads until there are `byteCount`
  /// bytes after it, or the stream ends.
  func advance(to offset: Int, byteCount: Int) throws(IngestError) {
    try window?.advance(to: offset, byteCount: byteCount)
  }
}

extension InputSource {
  /// The hash of all bytes: a stream's is ready, a file is read once more.
  func contentHash() throws(IngestError) -> UInt64 {
    guard let fileByteCount else { return window!.contentHash }
    var hasher = ContentHasher()
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ContentHash.blockByteCount, alignment: 64)
    defer { memory.deallocate() }
    while hasher.byteCount < fileByteCount {
      let count = try read(
        at: hasher.byteCount, into: memory.baseAddress!, byteCount: memory.count)
      hasher.append(UnsafeRawBufferPointer(rebasing: memory.prefix(count)))
    }
    return hasher.finish()
  }
}

extension InputSource {
  /// Refuses names of inputs, and signs in them, that cannot be.
  static func check(
    _ paths: [String], delimiter: UInt8?, decimal: UInt8, thousands: UInt8?
  ) throws(IngestError) {
    func refuse(_ problem: String, _ advice: String) throws(IngestError) {
      throw IngestError(.usage, problem, advice: advice)
    }
    if paths.isEmpty { try refuse("no file is given", "Name a file, or - for standard input") }
    if paths.count(where: { $0 == "-" }) > 1 {
      try refuse("standard input is given twice", "It can only be read once")
    }
    if ![0x2C, 0x2E].contains(decimal) || decimal == thousands {
      try refuse(
        "the decimal sign is not `.` or `,`, or separates thousands too", "Use --decimal . or ,")
    }
    if let delimiter,
      delimiter == 0x22 || delimiter == 0x0A || delimiter == 0x0D || delimiter == 0
        || delimiter >= 0x80
    {
      try refuse("a delimiter is one ASCII character", "Use for example , ; | or a tab")
    }
  }
}
