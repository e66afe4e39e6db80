package import Columns
package import JSONText

/// A file that a batch was read from.
package struct BatchSource: Sendable, Equatable {
  package let name: String
  package let byteCount: Int
  /// A hash of the file's bytes: how the same file is known when it comes again.
  package let contentHash: UInt64

  package init(name: String, byteCount: Int, contentHash: UInt64) {
    self.name = name
    self.byteCount = byteCount
    self.contentHash = contentHash
  }
}

/// A batch to be published.
package struct BatchDraft: Sendable {
  enum Content: Sendable {
    case table(TransactionTable)
    case stream(BatchStream)
  }
  let content: Content
  package let sources: [BatchSource]
  /// How it was read (options, report): kept in batch.json as `ingest`.
  package let ingest: JSON
  /// The number of the batch in force whose next revision this is; nil for a new one.
  package var replaces: Int?

  package init(_ table: TransactionTable, sources: [BatchSource], ingest: JSON = .object([])) {
    content = .table(table)
    self.sources = sources
    self.ingest = ingest
  }

  /// Of rows that are written already: the stream is finished.
  package init(_ stream: BatchStream, ingest: JSON = .object([])) {
    content = .stream(stream)
    sources = stream.sources
    self.ingest = ingest
  }

  var isStreamed: Bool {
    if case .stream = content { true } else { false }
  }

  var rowCount: Int {
    switch content {
    case .table(let table): table.rowCount
    case .stream(let stream): stream.rowCount
    }
  }

  var customerCount: Int {
    switch content {
    case .table(let table): table.customerCount
    case .stream(let stream): stream.customerCount
    }
  }

  /// The greatest code of a customer.
  var lastCustomerCode: UInt32? {
    switch content {
    case .table(let table): table.customerCodes.pointer.last
    case .stream(let stream): stream.lastCustomerCode
    }
  }
}

/// New customers, or attributes of customers, to be published.
package struct CustomersDraft: Sendable {
  /// Ids of the customers that are new, in the order of their codes.
  package let newIDs: StringTable
  package let attributes: AttributeFrame?
  /// Where they come from: kept in customers.json as `provenance`.
  package let provenance: JSON
  /// 0 = the id was forgotten, and stands as a null; nil = all are there.
  package var idValidity: Bitmap?
  /// The number of the generation in force whose next revision this is; nil for a new one.
  package var replaces: Int?

  package init(
    newIDs: StringTable, attributes: AttributeFrame? = nil, provenance: JSON = .object([])
  ) {
    self.newIDs = newIDs
    self.attributes = attributes
    self.provenance = provenance
  }
}

/// Attributes of some customers: row i is of the customer of code `codes[i]`.
package struct AttributeFrame: Sendable {
  /// From when on the values of the rows hold.
  package enum Since: Sendable {
    /// From the beginning: history is not known.
    case always
    /// All of them from this day on, days since 1970-01-01.
    case day(Int32)
    /// Each row from its own day on. A customer may have several rows then, by rising day.
    case days(AlignedBuffer<Int32>)
  }

  package let codes: AlignedBuffer<UInt32>
  package let frame: Frame
  package let since: Since

  /// One code, and where each row has its own one day, a row of the frame.
  package init(codes: AlignedBuffer<UInt32>, frame: Frame, since: Since = .always) {
    precondition(codes.count == frame.rowCount, "attributes have one code a row")
    if case .days(let days) = since {
      precondition(days.count == frame.rowCount, "attributes have one day a row")
    }
    self.codes = codes
    self.frame = frame
    self.since = since
  }
}

/// A snapshot to be published.
package struct SnapshotDraft: Sendable {
  /// The date it is as of, days since 1970-01-01.
  package let asOf: Int32
  package let frame: Frame
  /// Columns of the frame's length that are stored but not part of the visible schema.
  package let hiddenColumns: [Column]
  /// Members of snapshot.json besides asOf, rows and schema: models, cuts, taxonomy, configuration.
  package let members: [JSON.Member]
  /// Columns that are a snapshot's in force as they are, after the others: the files are shared.
  package var sharedColumns: [SharedColumn] = []
  /// The sequence of the snapshot in force, of the same date, whose next revision this is; nil for a new one.
  package var replaces: Int?

  /// A column of a snapshot in force, of as many rows.
  package struct SharedColumn: Sendable {
    package let name: String
    package let snapshot: SnapshotEntry

    package init(_ name: String, of snapshot: SnapshotEntry) {
      self.name = name
      self.snapshot = snapshot
    }
  }

  package init(
    asOf: Int32, frame: Frame, hiddenColumns: [Column] = [], members: [JSON.Member] = []
  ) {
    self.asOf = asOf
    self.frame = frame
    self.hiddenColumns = hiddenColumns
    self.members = members
  }
}
