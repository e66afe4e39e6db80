// A libFuzzer target: any bytes as a column file whose checksums are right, as if whoever forged it knew them. No
// trap, no read beyond a buffer, and what opens either decodes whole or is refused. Built and run by Fuzz/fuzz.sh.

import Columns
import Glibc
import Storage

private let file = {
  var name = Array("/dev/shm/strata-fuzz-XXXXXX".utf8CString)
  let file = mkstemp(&name)
  precondition(file >= 0 && unlink(name) == 0, "no file in memory")
  return file
}()
private let path = "/proc/self/fd/\(file)"
private let identity = FileIdentity(storeID: "fuzz", path: "fuzz.col")

/// As in Documentation/Format.md.
private enum Layout {
  static let header = 64
  static let footer = 40
  static let entry = 56
  static let seedStep: UInt64 = 0x9E37_79B9_7F4A_7C15
}

extension [UInt8] {
  fileprivate func integer(_ offset: Int, _ byteCount: Int = 8) -> UInt64 {
    (0..<byteCount).reduce(0) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
  }

  fileprivate mutating func put(_ value: UInt64, at offset: Int) {
    for i in 0..<8 { self[offset + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
  }

  fileprivate func checksum(_ range: Range<Int>, _ part: UInt64) -> UInt64 {
    Checksum.of(Array(self[range]), seed: identity.value ^ ((part &+ 1) &* Layout.seedStep))
  }

  /// With the magics, the identity and every checksum; nil where it asks for more memory than a
  /// fuzzer has.
  fileprivate func signed() -> [UInt8]? {
    var file = self
    let footer = count - Layout.footer
    file.replaceSubrange(0..<8, with: "STRATAC\n".utf8)
    file.replaceSubrange(footer + 32..<count, with: "STRATAE\n".utf8)
    file.put(identity.value, at: 24)
    let start = file.integer(footer)
    let length = UInt64(Layout.entry) * file.integer(footer + 8, 4)
    if start >= Layout.header, start <= footer, length <= UInt64(footer) - start {
      let index = Int(start)..<Int(start + length)
      for (block, at) in stride(from: index.lowerBound, to: index.upperBound, by: Layout.entry)
        .enumerated()
      {
        let (offset, stored) = (file.integer(at), file.integer(at + 8, 4))
        if file.integer(at + 12, 4) > 1 << 24 { return nil }
        if offset <= start, stored <= start - offset {
          let range = Int(offset)..<Int(offset + stored)
          file.put(file.checksum(range, UInt64(block)), at: at + 16)
        }
      }
      file.put(file.checksum(index, .max - 2), at: footer + 16)
    }
    file.put(file.checksum(footer..<footer + 24, .max - 3), at: footer + 24)
    file.put(file.checksum(0..<56, .max - 1), at: 56)
    return file
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzColumns(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= Layout.header + Layout.footer,
    let input = Array(UnsafeBufferPointer(start: bytes, count: count)).signed()
  else { return 0 }
  precondition(
    ftruncate(file, 0) == 0 && pwrite(file, input, count, 0) == count, "cannot write the input")
  do throws(StorageError) {
    let reader = try ColumnFileReader(path: path, identity: identity)
    precondition(reader.zones.last?.rows.upperBound ?? 0 == reader.rowCount)
    if reader.rowCount > 1 << 20 { return 0 }
    let column = try reader.read(named: "c")
    precondition(column.rowCount == reader.rowCount && column.values.type == reader.type)
    touch(column)
    for (block, zone) in reader.zones.enumerated() {
      let rows = try reader.read(block: block, named: "c").rowCount
      precondition(rows == zone.rows.count, "block \(block) has \(rows) rows")
    }
  } catch {
    _ = "\(error)".utf8.count
  }
  return 0
}

/// Reads what the column points at: every text, and the string of every code.
private func touch(_ column: Column) {
  switch column.values {
  case .text(let texts): _ = texts.array
  case .string(let codes, let texts):
    for row in 0..<codes.count where texts.count > 0 { _ = texts.utf8(at: codes[row]).count }
  default: break
  }
}
