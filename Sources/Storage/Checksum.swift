import CXXHash

/// XXH3-64 (seeded), and the identities that are mixed in so that a right block in the wrong place is found.
package enum Checksum {
  package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    strata_xxh3_of_block(bytes.baseAddress, bytes.count, seed)
  }

  package static func of(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
    bytes.withUnsafeBytes { of($0, seed: seed) }
  }

  /// `xxh3-64:` and 16 lower-case hexadecimal digits.
  package static func text(_ value: UInt64) -> String { "xxh3-64:" + hex(value) }

  static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Which file of which store: its number seeds every checksum in the file.
package struct FileIdentity: Sendable, Equatable {
  /// XXH3-64 of `STORE/PATH`, the store's id and the path within the store.
  package let value: UInt64

  /// The identity of `path` (`batches/000001/day.col`) in the store of that id.
  package init(storeID: String, path: String) {
    value = Checksum.of(Array((storeID + "/" + path).utf8), seed: 0)
  }

  /// The seed of a part's checksum: parts are the header, the index, the footer and each block.
  func seed(_ part: Part) -> UInt64 {
    // An odd multiplier makes the seeds of all parts of a file different from each other.
    value ^ ((part.number &+ 1) &* 0x9E37_79B9_7F4A_7C15)
  }

  enum Part {
    case header, index, footer
    case block(Int)

    var number: UInt64 {
      switch self {
      case .header: UInt64.max - 1
      case .index: UInt64.max - 2
      case .footer: UInt64.max - 3
      case .block(let block): UInt64(block)
      }
    }
  }
}
