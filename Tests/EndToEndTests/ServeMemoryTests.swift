import Foundation
import Testing

/// What clients make the served process hold, as the system counts it.
@Suite(.serialized) struct ServeMemoryTests {
  private func store(_ folder: Folder) throws -> String {
    let store = folder.file("store")
    let run = try Program.run([
      "run", store, Program.data("cdnow_sample.csv"), "--clv", "none", "--clusters", "none",
    ])
    #expect(run.status == 0, "\(run.errors)")
    return store
  }

  private func ask(_ client: LineClient, _ line: String) throws -> String? {
    try client.ask(line)["code"] as? String
  }

  @Test(arguments: [true, false])
  func aSlowReaderDoesNotMakeTheServerGrow(isRESP: Bool) throws {
    let folder = try Folder()
    let client = try LineClient(serving: store(folder), in: folder)
    let text = String(repeating: "x", count: 60_000)
    let request = Array(
      (isRESP ? "*2\r\n$4\r\nECHO\r\n$60000\r\n\(text)\r\n" : "ECHO \(text)\n").utf8)
    // Replies in the pipe are ahead of the reader by some megabytes all the time.
    for _ in 0..<60 { #expect(client.push(request) == request.count) }
    let before = try client.residentByteCount()
    var most = before
    for _ in 0..<1_000 {
      #expect(client.push(request) == request.count)
      var byteCount = 0
      while byteCount < 60_000 {
        let count = client.pull(60_000 - byteCount)
        if count == 0 { break }
        byteCount += count
      }
      most = max(most, try client.residentByteCount())
    }
    // 60 MB went through.
    #expect(most - before < 12 << 20, "\(before) to \(most)")
  }

  @Test func aRequestOfManyColumnsIsRefusedBeforeItTakesMemory() throws {
    let folder = try Folder()
    let client = try LineClient(serving: store(folder), in: folder)
    #expect(try ask(client, "SELECT r FROM customers LIMIT 1") == nil)
    let before = try client.residentByteCount()
    let wide = Array(repeating: "customer_id", count: 1_024).joined(separator: ",")
    #expect(try ask(client, "SELECT \(wide) FROM customers LIMIT 100000") == "limit_exceeded")
    #expect(try ask(client, "SELECT \(wide) FROM customers ORDER BY 1") == "limit_exceeded")
    #expect(try ask(client, "PING") == nil)
    #expect(try client.residentByteCount() - before < 24 << 20)
  }

  @Test func theLimitOfAQuerysMemoryIsAFlag() throws {
    let folder = try Folder()
    let client = try LineClient(
      serving: store(folder), ["--max-query-bytes", "10000"], in: folder)
    #expect(try ask(client, "SELECT median(monetary_total) FROM customers") == "limit_exceeded")
    #expect(try ask(client, "SELECT count(*) FROM customers") == nil)
  }
}
