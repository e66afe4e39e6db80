import Foundation

/// The built program, as a user would run it.
enum Program {
  /// What one run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    var lines: [Substring] { output.split(separator: "\n") }

    /// The output as JSON.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return value as? [String: Any] ?? [:]
    }
  }

  /// Where the test bundle was built, the program was too.
  static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = bundle.deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("strata").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return repository + "/.build/debug/strata"
  }()

  /// The root of the repository.
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static func data(_ name: String) -> String { repository + "/data/" + name }

  /// Starts the program without waiting for it.
  static func start(_ arguments: [String], output: Any? = FileHandle.nullDevice) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs the program to its end; outputs go through files, so that no pipe can fill up.
  static func run(_ arguments: [String], input: String? = nil) throws -> Outcome {
    let folder = try Folder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    for name in ["in", "out", "err"] {
      _ = FileManager.default.createFile(
        atPath: folder.path + "/" + name, contents: Data((name == "in" ? input ?? "" : "").utf8))
    }
    process.standardInput = FileHandle(forReadingAtPath: folder.path + "/in")
    process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/out")
    process.standardError = FileHandle(forWritingAtPath: folder.path + "/err")
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOfFile: folder.path + "/out", encoding: .utf8),
      errors: try String(contentsOfFile: folder.path + "/err", encoding: .utf8))
  }
}

/// A folder of its own for a test, gone with it.
final class Folder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "strata-test-\(UUID().uuidString)"
      ).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }

  /// Every file of a store, by its path within it; not the lock, which holds the last writer's process id.
  func contents(of name: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for case let item as String in FileManager.default.enumerator(atPath: file(name))! {
      var isFolder: ObjCBool = false
      let full = file(name) + "/" + item
      if item != "LOCK", FileManager.default.fileExists(atPath: full, isDirectory: &isFolder),
        !isFolder.boolValue
      {
        found[item] = try Data(contentsOf: URL(fileURLWithPath: full))
      }
    }
    return found
  }
}
