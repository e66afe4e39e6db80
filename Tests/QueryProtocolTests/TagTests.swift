import Columns
import Expressions
import QueryProtocol
import Testing

@Suite struct TagTests {
  private func conversation() throws -> Conversation {
    let frame = sampleBase().frame
    let tags = [
      (name: "vip", bitmap: Bitmap([true, false, true, false, false])),
      (name: "far away", bitmap: Bitmap([false, false, true, true, false])),
    ]
    return Conversation(
      try CustomerBase(
        name: "2026-11-21.1", asOf: 20_400, source: QuerySource(frame: frame, tags: tags)))
  }

  @Test func schemaListsTheTagsAfterTheColumns() throws {
    let reply = try conversation().send("SCHEMA\n")
    #expect(
      reply.hasSuffix(
        #"{"name":"vip","type":"tag","nullable":false},"#
          + #"{"name":"far away","type":"tag","nullable":false}]}"# + "\n"))
  }

  @Test func requestsMayAskForTags() throws {
    let client = try conversation()
    #expect(client.send("COUNT WHERE HAS TAG 'vip' AND HAS TAG 'far away'\n").contains("1"))
    let error = client.send("COUNT WHERE HAS TAG 'vpi'\n")
    #expect(error.contains("did you mean vip?"))
  }
}
