import Glibc

@testable import Storage

/// A directory for one test, removed with everything in it when it goes out of use.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/strata-storage-XXXXXX\0".utf8CString)
    precondition(mkdtemp(&template) != nil, "a temporary directory can be made")
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { remove(path) }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  private func remove(_ path: String) {
    for name in (try? SystemCalls.real.list(path)) ?? [] {
      let child = path + "/" + name
      if unlink(child) != 0 { remove(child) }
    }
    rmdir(path)
  }
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  try File.readAll(path, limit: 1 << 30, system: .real)
}

/// Puts bytes in place of a file's.
func overwrite(_ path: String, with bytes: [UInt8]) throws {
  unlink(path)
  try File.writeAll(bytes, to: path, system: SystemCalls.real)
}

/// Relative paths of all files under a directory, sorted.
func filePaths(under path: String, _ prefix: String = "") throws -> [String] {
  var paths: [String] = []
  for name in try SystemCalls.real.list(path) {
    var status = stat()
    lstat(path + "/" + name, &status)
    if status.st_mode & S_IFMT == S_IFDIR {
      paths += try filePaths(under: path + "/" + name, prefix + name + "/")
    } else {
      paths.append(prefix + name)
    }
  }
  return paths
}

/// Every file under a directory with its bytes.
func contents(of path: String) throws -> [String: [UInt8]] {
  var contents: [String: [UInt8]] = [:]
  for file in try filePaths(under: path) { contents[file] = try bytes(of: path + "/" + file) }
  return contents
}
