/// The commented `strata.yaml` that `strata init` writes.
///
/// A line that begins with `#` and a letter is a setting that can be switched on by taking the `#` away; a `#` with
/// a space behind it is a comment. Switching on any of them leaves a file that loads.
package struct ConfigurationTemplate: Sendable {
  /// Columns that the last order log was read by; nil writes examples.
  package var customer: String?
  package var date: String?
  package var amount: String?
  package var order: String?
  /// Attributes that rules can ask for besides the engine's columns.
  package var attributes: [String] = []

  package init() {}

  package var text: String {
    [
      head, ingestText, customersText, scoringText, taxonomiesText, tagsText, exportText,
      alertsText,
    ].joined(separator: "\n")
  }

  private var head: String {
    """
    # Settings of this store. ingest, score, run, export and evaluate read them; flags override them, and
    # `strata check` looks for mistakes. Every key is described in Documentation/Configuration.md.
    #
    # A line like `#window: 365d` is a setting that is switched off: take the # away to switch it on.

    """
  }

  /// A text as a YAML value: quoted unless it is plainly a word.
  static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || $0 == "_" }
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    if isPlain, text.first?.isLetter == true, text.last != " ", !words.contains(text.lowercased()) {
      return text
    }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''") + "'"
  }

  private func setting(_ key: String, _ value: String?, _ example: String) -> String {
    value.map { "  \(key): \(ConfigurationTemplate.quoted($0))" } ?? "  #\(key): \(example)"
  }

  private var ingestText: String {
    """
    # How order logs are read. Columns that are not named are found by their usual names.
    \(customer == nil && date == nil && amount == nil && order == nil ? "#" : "")ingest:
    \(setting("customer", customer, "Customer ID"))
    \(setting("date", date, "Order Date"))
    \(setting("amount", amount, "Total"))
    # Rows with the same order id are one order; without it every row is one.
    \(setting("order", order, "Order ID"))
      # Further columns to keep; scores can be made within their groups (rfm: by).
      #keep: [Channel]
      #date-format: DD/MM/YYYY
      #decimal: ','
      #thousands: '.'
      # Negative amounts are netted; drop leaves their rows out.
      #returns: drop
      # Only rows where these columns have these values.
      #where: {Order Status: Completed}
      #max-rejects: 0.1%

    """
  }

  private var customersText: String {
    """
    # How files of customers' attributes are read (strata ingest STORE customers.csv --customers).
    #customers:
      #id: Customer ID
      # int, float, bool, date, category or text; those not named are inferred.
      #types: {Age: int, Joined: date}

    """
  }

  private var scoringText: String {
    """
    # Score as of this date, and only count what lies so far back. Default: the last day, everything.
    #as-of: 2026-06-30
    #window: 365d

    # Recency, frequency and monetary scores.
    #rfm:
      #bins: 5
      # quantile, ntile or cuts; cuts takes thresholds:
      #method: quantile
      #cuts: {recency_days: [30, 90, 180, 365], orders: [2, 3, 5, 10], monetary: [50, 100, 250, 500]}
      # orders or days; total or mean
      #frequency: orders
      #monetary: total
      # Score within each group of an attribute.
      #by: \(attributes.first.map(ConfigurationTemplate.quoted) ?? "region")

    # What a customer is worth in the time to come.
    #value:
      # bgnbd, mbgnbd, pnbd, nbd, ridge, hurdle or none
      #model: bgnbd
      #horizon: 12mo
      #more-horizons: [3mo, 6mo]
      #discount: 10%/yr
      #margin: 1
      #ruler: week
      #penalty: 0

    #clusters:
      # A number, auto or none
      #k: auto
      #features: [recency_days, orders, monetary_total]
      #scale: log-z
      #seed: 1

    """
  }

  private var taxonomiesText: String {
    let own =
      attributes.isEmpty
      ? "" : "\n#   \(attributes.map(ConfigurationTemplate.quoted).joined(separator: ", "))"
    return """
      # Segments. The first taxonomy is the column segment, the others are columns of their own names. A customer
      # is in the first segment whose condition is true. Conditions ask for any column:
      #   recency_days, orders, purchase_days, monetary_total, monetary_mean, r, f, m, p_alive, clv, cluster, …\(own)
      # and for the base as a whole: quantile(clv, 0.9), rank(monetary_total), share(monetary_total), avg(orders).
      # Presets: rfm-10, rfm-8-zh, value-3, abc, lifecycle.
      taxonomies:
        - rfm-10
        - lifecycle
        #- name: care
          #segments:
            #- name: Key accounts
              #label: our best tenth, while they are ours
              #when: monetary_total >= quantile(monetary_total, 0.9) AND recency_days <= 180
              #action: a call each quarter
              #owner: key account team
              #channel: phone
              #colour: '#d4af37'
            #- {name: Win back, when: "monetary_total >= quantile(monetary_total, 0.9)"}
          #otherwise: {name: Everyone, action: newsletter}
        # A preset with a segment before its own, and one of its own relabelled.
        #- name: rfm-mine
          #extends: rfm-10
          #segments:
            #- {name: Wholesale, when: orders >= 100}
            #- {name: Champions, label: our best, owner: Ada}

      """
  }

  private var tagsText: String {
    """
    # Tags: a customer has any number of them. Queries ask HAS TAG 'big spender'.
    tags:
      one-off: purchase_days = 1
      big spender: monetary_total >= quantile(monetary_total, 0.9)
      #asleep: recency_days > 365

    """
  }

  private var exportText: String {
    """
    #export:
      #columns: [customer_id, segment, lifecycle, tags, monetary_total]
      #segment: [Champions, Loyal]
      #file: customers.csv
      # Columns and their fields for export --for salesforce; likewise hubspot, zoho, jiandaoyun and fxiaoke.
      #salesforce:
        #id: {customer_id: Shop_Id__c}
        #fields: {segment: Tier__c, tags: Labels__c, monetary_total: Revenue__c}

    """
  }

  private var alertsText: String {
    """
    # What happens when customers move (strata diff --events), and when measures drift.
    #alerts:
      #- name: champions-lost
        #when: from = 'Champions' AND monetary_total > 500
        #command: ./notify.sh
    #drift:
      #psi: 0.2
      #quantile-shift: 0.25
      #on-breach: warn
      #publish: true
    """ + "\n"
  }
}
