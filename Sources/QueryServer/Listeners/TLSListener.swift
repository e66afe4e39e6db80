import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The TLS side of a listener: TLS 1.2 or later, with the certificate and key of two PEM files.
enum TLSListener {
  static func context(_ files: TLSFiles) throws(ServerError) -> NIOSSLContext {
    try checkReadable(files.certificatePath)
    try checkReadable(files.keyPath)
    guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificatePath), !chain.isEmpty
    else {
      throw .invalidTLS(
        path: files.certificatePath,
        reason: "holds no PEM certificate; give --tls-cert the certificate and its chain")
    }
    guard let key = try? NIOSSLPrivateKey(file: files.keyPath, format: .pem) else {
      throw .invalidTLS(
        path: files.keyPath,
        reason: "holds no PEM key that opens without a password; give --tls-key one that does")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .invalidTLS(
        path: files.keyPath,
        reason: "is not the key of the certificate \(files.certificatePath); give --tls-key the "
          + "one that it was made with")
    }
  }

  private static func checkReadable(_ path: String) throws(ServerError) {
    guard access(path, R_OK) != 0 else { return }
    throw .unreadableTLS(path: path, reason: String(cString: strerror(errno)))
  }
}
