/// Every command, in the order of HELP.
package enum Command: UInt8, CaseIterable, Sendable {
  case get, mget, hgetall, hget, hmget, exists, dbsize
  case select, query, count, segments, segment, explain, score
  case schema, snapshots, named
  case info, help, command
  case ping, echo, hello, auth, client, quit

  /// Its name in capitals.
  package var name: StaticString {
    switch self {
    case .get: "GET"
    case .mget: "MGET"
    case .hgetall: "HGETALL"
    case .hget: "HGET"
    case .hmget: "HMGET"
    case .exists: "EXISTS"
    case .dbsize: "DBSIZE"
    case .select: "SELECT"
    case .query: "QUERY"
    case .count: "COUNT"
    case .segments: "SEGMENTS"
    case .segment: "SEGMENT"
    case .explain: "EXPLAIN"
    case .score: "SCORE"
    case .schema: "SCHEMA"
    case .snapshots: "SNAPSHOTS"
    case .named: "NAMED"
    case .info: "INFO"
    case .help: "HELP"
    case .command: "COMMAND"
    case .ping: "PING"
    case .echo: "ECHO"
    case .hello: "HELLO"
    case .auth: "AUTH"
    case .client: "CLIENT"
    case .quit: "QUIT"
    }
  }

  /// Its arguments, as HELP shows them.
  package var arguments: String {
    switch self {
    case .get: "id [column …]"
    case .mget, .exists: "id [id …]"
    case .hgetall, .explain: "id"
    case .hget: "id column"
    case .hmget: "id column [column …]"
    case .select: "0 | columns [FROM customers …]"
    case .query: "SELECT …"
    case .count: "[WHERE condition]"
    case .segment: "name [LIMIT n] [AFTER cursor]"
    case .score:
      "recency_days=n|last_purchase=date orders=n monetary=amount|monetary_mean=amount "
        + "tenure_days=n|first_purchase=date [purchase_days=n] [first_day_total=amount] "
        + "[column=value …]"
    case .named: "command …"
    case .help: "[command]"
    case .command: "[COUNT | DOCS | INFO [name …]]"
    case .ping: "[message]"
    case .echo: "message"
    case .hello: "[2 | 3 [AUTH user token] [SETNAME name]]"
    case .auth: "[user] token"
    case .client: "ID | GETNAME | SETNAME name | SETINFO field value | INFO"
    case .segments: "[DETAILS]"
    case .info: "[section …]"
    case .dbsize, .schema, .snapshots, .quit: ""
    }
  }

  /// Its name, and its arguments where it has any.
  var usage: String { arguments.isEmpty ? "\(name)" : "\(name) \(arguments)" }

  /// What it does, in one line.
  package var summary: String {
    switch self {
    case .get: "a customer's profile, or some columns of it, as JSON"
    case .mget: "several profiles, null for an unknown id"
    case .hgetall: "a profile's names and values; columns without a value are left out"
    case .hget: "one value of a profile"
    case .hmget: "several values of a profile"
    case .exists: "how many of these ids are customers"
    case .dbsize: "the number of customers"
    case .select: "a query; SELECT 0 is accepted, because Redis clients send it"
    case .query: "a query over the table customers"
    case .count: "the number of customers that meet a condition"
    case .segments:
      "each segment with its number of customers; DETAILS adds its rule and what to do"
    case .segment: "ids of a segment's customers, in order, with a cursor for the next ones"
    case .explain: "why a customer has these scores and this segment, and what would change them"
    case .score: "the scores that a customer of these figures would get"
    case .schema: "the columns of the snapshot and their types"
    case .snapshots: "the snapshots in the store"
    case .named: "the reply of another command, with the name of the snapshot it comes from"
    case .info: "the snapshot, the server, counters, latencies by command"
    case .help: "the commands"
    case .command: "the commands, as Redis clients ask for them"
    case .ping: "PONG, or the message"
    case .echo: "the message"
    case .hello: "what this server is; switches between RESP2 and RESP3"
    case .auth: "gives the access token"
    case .client: "the connection's number and name"
    case .quit: "closes the connection"
    }
  }

  /// Least and most arguments, the command's name included.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .get, .mget, .exists, .query, .select, .segment, .named: 2...Int.max
    case .hgetall, .explain, .echo: 2...2
    case .hget: 3...3
    case .hmget: 3...Int.max
    case .dbsize, .schema, .snapshots, .quit: 1...1
    case .count, .hello, .command, .client, .info, .score: 1...Int.max
    case .ping, .help, .segments: 1...2
    case .auth: 2...3
    }
  }

  /// Whether it is answered before AUTH.
  var isOpen: Bool { self == .auth || self == .hello || self == .quit }

  /// The command of that name, whatever its case.
  package init?(_ name: Span<UInt8>) {
    guard let key = Command.key(name) else { return nil }
    // The commands that are asked a hundred thousand times a second come before the search.
    if key == Command.keys[Int(Command.get.rawValue)] {
      self = .get
      return
    }
    guard let index = Command.keys.firstIndex(of: key) else { return nil }
    self = Command.allCases[index]
  }

  /// Up to 16 bytes of a name as one number, in capitals; nil when it is longer or empty.
  private static func key(_ name: Span<UInt8>) -> UInt128? {
    guard name.count > 0, name.count <= 16 else { return nil }
    var key: UInt128 = 0
    for i in name.indices { key = key << 8 | UInt128(capital(name[i])) }
    return key
  }

  private static let keys: [UInt128] = allCases.map { command in
    let name = command.name
    return (0..<name.utf8CodeUnitCount).reduce(0) { $0 << 8 | UInt128(name.utf8Start[$1]) }
  }
}
