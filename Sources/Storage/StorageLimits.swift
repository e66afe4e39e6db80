/// The bounds on everything in a store that a file could ask for: looked at before memory is allocated.
package enum StorageLimits {
  /// Version of the column file format.
  package static let columnFileVersion = 1
  /// Version of the store's format that is written, and the latest that is read.
  package static let formatVersion = 2
  /// Rows of a block: a chunk of work, so that one task decodes one block.
  package static let blockRowCount = 65_536
  /// Rows of a column file (row numbers are UInt32 in the engine).
  package static let rowCountMax = Int(UInt32.max)
  /// Bytes of a block before compression. Fixed-width blocks have at most 520 KiB + 8 KiB of validity; only
  /// texts come near.
  package static let blockByteCountMax = 1 << 30
  /// Bytes of all strings of one column file (offsets are UInt32).
  package static let textByteCountMax = Int(UInt32.max)
  /// Bytes of the manifest or of another JSON file.
  package static let jsonByteCountMax = 64 << 20
  /// Columns of one batch, snapshot or attribute frame.
  package static let columnCountMax = 4_096
  /// Batches, customer generations or snapshots in force.
  package static let generationCountMax = 1_000_000
  /// Bytes of a column's name.
  package static let columnNameByteCountMax = 1_024
  /// Publications of a store.
  static let changeCountMax = 1 << 53
  /// Outputs of one publication.
  static let outputCountMax = 4_096
  /// Bytes of one entry of a log, and of a log.
  static let logEntryByteCountMax = 1 << 24
  static let logByteCountMax = 1 << 32
  /// Customers of a store (codes are UInt32).
  package static let customerCountMax = Int(UInt32.max)
  /// Threads that wait in fsync at the same time.
  static let syncThreadCountMax = 8
  /// Scratch buffers kept for reuse, and the size over which one is given back to the system.
  static let pooledScratchCountMax = 64
  static let pooledScratchByteCountMax = 8 << 20
}
