/// Why a snapshot cannot be served; the one that is being served stays.
package enum CustomerBaseError: Error, Equatable, CustomStringConvertible {
  case noIdentifiers(snapshot: String)
  case tooManyCustomers(Int)
  case duplicateCustomer(String)
  case codeWithoutString(column: String)

  package var description: String {
    switch self {
    case .noIdentifiers(let snapshot):
      "snapshot \(snapshot) has no text column customer_id; score the store again"
    case .tooManyCustomers(let count):
      "\(count) customers are more than one server can index (\(Int(UInt32.max) >> 1 - 1))"
    case .duplicateCustomer(let identifier):
      "customer \(identifier) stands twice in the snapshot; verify the store"
    case .codeWithoutString(let column):
      "column \(column) has a code that its dictionary lacks; verify the store"
    }
  }
}
