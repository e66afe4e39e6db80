import NIOSSL

/// The TLS side of a listener: TLS 1.2 or later, with the certificate and key of two PEM files.
enum TLSListener {
  static func context(_ files: TLSFiles) throws(ServerError) -> NIOSSLContext {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(files.certificatePath)
      let key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .invalidTLS(reason: "\(error)")
    }
  }
}
