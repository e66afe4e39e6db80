/// The part of a stream that is in memory: `base..<end` of its text.
final class StreamWindow {
  private let descriptor: FileDescriptor
  private let path: String
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private var base = 0
  private(set) var end = 0
  private(set) var isComplete = false
  private var hasher = ContentHasher()
  private var decoder: LZ4FrameDecoder?
  private var compressed: UnsafeMutableRawBufferPointer?
  private var compressedRange = 0..<0

  private static let compressedByteCount = 1 << 18

  init(descriptor: FileDescriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
    capacity = 1 << 16
    memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
  }

  deinit {
    memory.deallocate()
    compressed?.deallocate()
  }

  /// The first bytes.
  var head: [UInt8] { Array(UnsafeRawBufferPointer(start: memory, count: min(4, end))) }
  var contentHash: UInt64 { hasher.finish() }

  /// Reads the first bytes and sees whether they are an LZ4 frame's.
  func start() throws(IngestError) {
    let count = try readRaw(into: memory, 4)
    let head = Array(UnsafeRawBufferPointer(start: memory, count: count))
    guard head == InputSource.lz4Magic else {
      end = count
      isComplete = count < 4
      hasher.append(UnsafeRawBufferPointer(start: memory, count: count))
      return
    }
    guard let decoder = LZ4FrameDecoder() else {
      throw IngestError(.inputOutput, "no memory to decompress with", file: path)
    }
    self.decoder = decoder
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.compressedByteCount, alignment: 64)
    buffer.copyBytes(from: head)
    compressed = buffer
    compressedRange = 0..<4
  }

  func copy(from offset: Int, into destination: UnsafeMutableRawPointer, _ byteCount: Int) -> Int {
    let count = min(byteCount, end - offset)
    if count <= 0 { return 0 }
    destination.copyMemory(from: memory + (offset - base), byteCount: count)
    return count
  }

  func advance(to offset: Int, byteCount: Int) throws(IngestError) {
    let keep = max(base, offset - 1)
    let kept = end - keep
    let needed = kept + max(0, byteCount - (end - offset))
    if needed > capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
      larger.copyMemory(from: memory + (keep - base), byteCount: kept)
      memory.deallocate()
      memory = larger
      capacity = needed
    } else if keep > base {
      memory.copyMemory(from: memory + (keep - base), byteCount: kept)
    }
    base = keep
    while !isComplete, end - offset < byteCount {
      let free = UnsafeMutableRawBufferPointer(
        start: memory + (end - base),
        count: min(capacity - (end - base), byteCount - (end - offset)))
      let count: Int
      if decoder == nil {
        count = try readRaw(into: free.baseAddress!, free.count)
      } else {
        count = try decode(into: free)
      }
      if count == 0 {
        isComplete = true
      } else {
        hasher.append(UnsafeRawBufferPointer(start: free.baseAddress!, count: count))
        end += count
      }
    }
  }

  /// Reads until `byteCount` bytes are there or the stream ends.
  private func readRaw(
    into destination: UnsafeMutableRawPointer, _ byteCount: Int
  ) throws(IngestError) -> Int {
    var done = 0
    while done < byteCount {
      let count = descriptor.read(into: destination + done, byteCount: byteCount - done)
      if count < 0 { throw InputSource.readError(path) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Decodes until some bytes are made or the file ends.
  private func decode(into destination: UnsafeMutableRawBufferPointer) throws(IngestError) -> Int {
    guard let compressed, let decoder else { return 0 }
    while true {
      if compressedRange.isEmpty {
        let count = descriptor.read(into: compressed.baseAddress!, byteCount: compressed.count)
        if count < 0 { throw InputSource.readError(path) }
        if count == 0 {
          if decoder.isBetweenFrames { return 0 }
          throw IngestError(
            .badData, "the lz4 frame ends early", file: path,
            found: "the end of the file after \(end) bytes of text",
            advice: "The file was cut short: get it again")
        }
        compressedRange = 0..<count
      }
      let source = UnsafeRawBufferPointer(rebasing: compressed[compressedRange])
      switch decoder.decode(source, into: destination) {
      case .failure(let damage):
        throw IngestError(
          .badData, "the lz4 frame is damaged (\(damage.reason))", file: path,
          found: "damage after \(end) bytes of text", advice: "Get the file again")
      case .success(let step):
        compressedRange = compressedRange.lowerBound + step.taken..<compressedRange.upperBound
        if step.made > 0 { return step.made }
        if step.taken == 0 && compressedRange.isEmpty == false {
          throw IngestError(.badData, "the lz4 frame is damaged (no progress)", file: path)
        }
      }
    }
  }
}
