import Columns

extension StoreWriter {
  /// Begins a batch that is written row by row; see `BatchStream`. It is the next batch of this store: nothing
  /// else may be published before it is, or is given up.
  package func streamBatch(
    rowCount: Int, sources: [BatchSource]
  ) throws(StorageError) -> BatchStream {
    guard !needsRecovery else {
      throw StorageError(
        .invalid, path: store.path, found: "a batch after a publication whose end is not known",
        expected: "the store to be opened anew", advice: "check the disk, and run again")
    }
    let manifest = store.manifest
    return try BatchStream(
      store,
      storeID: manifest.change == 0
        ? StoreWriter.storeID(ofBatches: [(sources, rowCount)]) : manifest.storeID,
      number: manifest.nextNumber(in: Manifest.batchesFolder), rowCount: rowCount, sources: sources)
  }

  /// The number that the next batch to be published gets.
  package var nextBatchNumber: Int { store.manifest.nextNumber(in: Manifest.batchesFolder) }

  /// The id of a store is made of what is first published in it, not drawn: the same input gives the same
  /// bytes in every file. It tells stores of different data apart, which is all that it is for. Of a streamed
  /// batch the rows' number and sources alone make it: its files are begun before the rest is known.
  static func storeID(of publication: Publication) -> String {
    let batches = publication.batches.map { ($0.sources, $0.rowCount) }
    if publication.batches.contains(where: \.isStreamed) { return storeID(ofBatches: batches) }
    var bytes = storeIDBytes(ofBatches: batches)
    for customers in publication.customers {
      bytes += Array("\(customers.newIDs.count)".utf8)
      bytes += Array(customers.newIDs.bytes.pointer.prefix(65_536))
    }
    for snapshot in publication.snapshots {
      bytes += Array("\(snapshot.asOf) \(snapshot.frame.rowCount)".utf8)
    }
    return storeID(of: bytes)
  }

  private static func storeID(
    ofBatches batches: [(sources: [BatchSource], rowCount: Int)]
  ) -> String {
    storeID(of: storeIDBytes(ofBatches: batches))
  }

  private static func storeIDBytes(
    ofBatches batches: [(sources: [BatchSource], rowCount: Int)]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for batch in batches {
      for source in batch.sources {
        bytes += Array(source.name.utf8)
        withUnsafeBytes(of: source.contentHash.littleEndian) { bytes += Array($0) }
      }
      bytes += Array("\(batch.rowCount)".utf8)
    }
    return bytes
  }

  private static func storeID(of bytes: [UInt8]) -> String {
    let id = Checksum.of(bytes, seed: 1)
    return Checksum.hex(id == 0 ? 1 : id)
  }
}
