#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens what is closed of standard input, output and error, so that no file of the store takes their place.
func openStandardDescriptors() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    // The lowest number that is free, which is this one.
    _ = open("/dev/null", O_RDWR)
  }
}

/// The first argument that is no UTF-8, made printable; file names with other bytes would be read as other names.
func argumentThatIsNoText() -> String? {
  for index in 1..<max(1, Int(CommandLine.argc)) {
    guard let argument = CommandLine.unsafeArgv[index] else { continue }
    if String(validatingCString: argument) == nil { return String(cString: argument) }
  }
  return nil
}
