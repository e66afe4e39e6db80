import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a text file whole, or throws what to say; not into a store, but for the file `ownFile` of `store`.
func writeFile(
  _ path: String, _ text: String, store: String? = nil, ownFile: String? = nil
) throws {
  try StoreOutput.refuse(path, store: store, except: ownFile)
  guard let stream = fopen(path, "we") else {
    throw Failure(.cannotCreate, "\(path): open: \(String(cString: strerror(errno)))")
  }
  let bytes = Array(text.utf8)
  let count = fwrite(bytes, 1, bytes.count, stream)
  guard fclose(stream) == 0, count == bytes.count else {
    throw Failure(.inputOutput, "\(path): write: \(String(cString: strerror(errno)))")
  }
}
