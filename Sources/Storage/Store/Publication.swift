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
  package let codes: AlignedBuffer<UInt32>
  package let frame: Frame

  /// One code a row of the frame.
  package init(codes: AlignedBuffer<UInt32>, frame: Frame) {
    precondition(codes.count == frame.rowCount, "attributes have one code a row")
    self.codes = codes
    self.frame = frame
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

  package init(
    asOf: Int32, frame: Frame, hiddenColumns: [Column] = [], members: [JSON.Member] = []
  ) {
    self.asOf = asOf
    self.frame = frame
    self.hiddenColumns = hiddenColumns
    self.members = members
  }
}

/// Everything that comes into force in one step: all of it or nothing.
package struct Publication: Sendable {
  package var batches: [BatchDraft] = []
  package var customers: [CustomersDraft] = []
  package var snapshots: [SnapshotDraft] = []

  package init(
    batches: [BatchDraft] = [], customers: [CustomersDraft] = [], snapshots: [SnapshotDraft] = []
  ) {
    self.batches = batches
    self.customers = customers
    self.snapshots = snapshots
  }
}

/// What a publication became.
package struct Published: Sendable, Equatable {
  package let batches: [BatchEntry]
  package let customers: [CustomersEntry]
  package let snapshots: [SnapshotEntry]
}
