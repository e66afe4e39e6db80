package import Columns
package import JSONText

/// Dated things other than orders, of one kind, by customer.
package struct EventTable: Sendable {
  /// Each customer with events once, rising.
  package let customerCodes: AlignedBuffer<UInt32>
  /// The first row of each customer, and at the end the number of rows.
  package let rowStarts: AlignedBuffer<UInt32>
  /// Days since 1970-01-01, rising within a customer.
  package let days: AlignedBuffer<Int32>
  /// int64, float64, bool, money or string; nil where the kind has no values.
  package let values: Column?

  package init(
    customerCodes: AlignedBuffer<UInt32>, rowStarts: AlignedBuffer<UInt32>,
    days: AlignedBuffer<Int32>, values: Column? = nil
  ) {
    precondition(rowStarts.count == customerCodes.count + 1, "one more row start than customers")
    precondition(values.map { $0.rowCount == days.count } ?? true, "one value a row")
    self.customerCodes = customerCodes
    self.rowStarts = rowStarts
    self.days = days
    self.values = values
  }

  static let valueTypes: Set<ColumnType> = [.int64, .float64, .bool, .money, .string]
}

/// Events to be published.
package struct EventsDraft: Sendable {
  /// `visit`, `complaint` …
  package let kind: String
  package let table: EventTable
  package let sources: [BatchSource]
  /// How they were read: kept in events.json as `ingest`.
  package let ingest: JSON
  /// The number of the events in force whose next revision this is; nil for new ones.
  package var replaces: Int?

  package init(
    kind: String, _ table: EventTable, sources: [BatchSource], ingest: JSON = .object([])
  ) {
    self.kind = kind
    self.table = table
    self.sources = sources
    self.ingest = ingest
  }
}

/// Customers who were forgotten: a keyed hash of each id (see `ForgottenKey`), and the last day whose rows are ignored
/// when they come again.
package struct ForgottenCustomers: Sendable {
  package let hashes: [ForgottenKey.Hash]
  /// Days since 1970-01-01.
  package let until: [Int32]

  package init(hashes: [ForgottenKey.Hash], until: [Int32]) {
    precondition(hashes.count == until.count, "one day a customer")
    self.hashes = hashes
    self.until = until
  }
}

/// Forgotten customers to be published.
package struct ForgottenDraft: Sendable {
  package let customers: ForgottenCustomers
  /// Of the key that the hashes were made with.
  let keyCheck: UInt64

  package init(_ customers: ForgottenCustomers, key: ForgottenKey) {
    self.customers = customers
    keyCheck = key.check
  }
}

/// What one delivery sent to a system, one row a record.
package struct DeliveryTable: Sendable {
  /// The system's ids of the records.
  package let records: StringTable
  /// Codes of the customers; nil where they are not known.
  package let codes: AlignedBuffer<UInt32>?
  /// The fields that were sent, by their names in the system.
  package let sent: Frame

  package init(records: StringTable, codes: AlignedBuffer<UInt32>?, sent: Frame) {
    precondition(records.count == sent.rowCount, "one record a row")
    precondition(codes.map { $0.count == records.count } ?? true, "one code a row")
    self.records = records
    self.codes = codes
    self.sent = sent
  }
}

/// A delivery to be published.
package struct DeliveryDraft: Sendable {
  package let system: String
  /// Name of the snapshot that it was sent from.
  package let snapshot: String
  package let table: DeliveryTable
  /// The number of the delivery in force whose next revision this is; nil for a new one.
  package var replaces: Int?

  package init(system: String, snapshot: String, _ table: DeliveryTable) {
    self.system = system
    self.snapshot = snapshot
    self.table = table
  }
}
