import Columns
import Generation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a generator writes, through a temporary file.
struct GeneratedLog {
  let report: OrderLogGenerator.Report
  let bytes: [UInt8]

  init(_ generator: OrderLogGenerator) throws {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    let descriptor = fileno(file)
    report = try generator.write(to: descriptor)
    let size = Int(lseek(descriptor, 0, SEEK_END))
    lseek(descriptor, 0, SEEK_SET)
    bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = read(descriptor, buffer.baseAddress! + count, size - count)
        if got <= 0 { break }
        count += got
      }
    }
  }

  struct Row: Equatable {
    var customer: Int
    var day: Int32
    var cents: Int
  }

  /// The rows, by a parser of its own.
  func rows() throws -> [Row] {
    var rows: [Row] = []
    for (i, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() where i > 0 {
      let fields = line.split(separator: UInt8(ascii: ",")).map {
        String(decoding: $0, as: UTF8.self)
      }
      try #require(fields.count == 3 && fields[0].count == 9 && fields[0].hasPrefix("C"))
      let amount = fields[2].split(separator: ".")
      try #require(amount.count == 2 && amount[1].count == 2)
      rows.append(
        Row(
          customer: try #require(Int(fields[0].dropFirst())),
          day: try #require(Day.parse(fields[1])),
          cents: try #require(Int(amount[0] + amount[1]))))
    }
    return rows
  }
}
