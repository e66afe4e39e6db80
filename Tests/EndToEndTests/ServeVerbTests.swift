import Testing

/// How `strata serve` says that it does not start.
@Suite struct ServeVerbTests {
  private func refused(_ options: [String]) throws -> Program.Outcome {
    try Program.run(["serve", "/nowhere/store"] + options)
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    for number in ["0", "257", "100000"] {
      let run = try refused(["--event-loops", number])
      #expect(run.status == 64)
      #expect(run.errors.contains("--event-loops takes a number from 1 to 256, not \(number)"))
    }
    for number in ["nan", "inf", "1e300", "86401"] {
      let run = try refused(["--reload", number])
      #expect(run.status == 64)
      #expect(run.errors.contains("--reload takes seconds from 0 to 86400"))
    }
  }

  @Test func exitCodesTellUsageFromWhatIsUnavailable() throws {
    #expect(try refused(["--listen", "none"]).status == 64)
    #expect(try refused(["--listen", "0.0.0.0:0"]).status == 64)
    let metrics = try refused(["--metrics", "0.0.0.0:7996"])
    #expect(metrics.status == 64)
    #expect(metrics.errors.contains("the metrics address 0.0.0.0:7996"))
    #expect(try refused(["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.pem"]).status == 66)
    let file = #filePath
    #expect(try refused(["--tls-cert", file, "--tls-key", file]).status == 78)
    #expect(try refused([]).status == 66)
  }

  @Test func anAddressInUseIsUnavailable() throws {
    let folder = try Folder()
    let store = folder.file("store")
    #expect(
      try Program.run(["run", store, Program.data("cdnow_sample.csv"), "--clv", "none"]).status == 0
    )
    let client = try LineClient(serving: store, in: folder)
    #expect(try client.ask("PING")["reply"] as? String == "PONG")
    let second = try Program.run([
      "serve", store, "--listen", "none", "--unix", folder.file("socket"),
    ])
    #expect(second.status == 69)
    #expect(second.errors.contains("another server listens on"))
  }
}
