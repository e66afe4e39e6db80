import Classification
import Columns
import Configuration
import Expressions
import Ingest
import Models
import Testing

@Suite struct ConfigurationTests {
  private func parse(_ text: String) throws -> Configuration {
    try Configuration.parse(text, path: "strata.yaml")
  }

  @Test func anEmptyFileSaysNothing() throws {
    for text in ["", "# only a comment\n", "---\n", "taxonomies:\ntags:\n", "\u{FEFF}as-of:\n"] {
      let configuration = try parse(text)
      #expect(configuration.asOf == nil && configuration.rfm == Configuration.RFM())
      #expect(configuration.taxonomies.isEmpty && configuration.tags.isEmpty)
    }
  }

  @Test func everyScoringKeyIsRead() throws {
    let configuration = try parse(
      """
      as-of: 2026-11-20
      window: 365d
      rfm: {bins: 4, method: ntile, frequency: days, monetary: mean, by: region}
      value:
        model: pnbd
        horizon: 6mo
        discount: 8%/yr
        margin: 0.3
        ruler: day
        penalty: 0.01
      clusters:
        k: 6
        features: [recency_days, orders]
        scale: robust
        seed: 7
      """)
    #expect(configuration.asOf == Day.parse("2026-11-20"))
    #expect(configuration.window == TimeSpan(365, .day))
    #expect(configuration.rfm.bins == 4 && configuration.rfm.method == .ntile)
    #expect(configuration.rfm.frequency == .days && configuration.rfm.monetary == .mean)
    #expect(
      configuration.rfm.by
        == Located("region", at: TextPosition(line: 3, column: 68)))
    #expect(configuration.value.model == "pnbd" && configuration.value.horizon?.text == "6mo")
    #expect(configuration.value.discountPerYear == 0.08 && configuration.value.margin == 0.3)
    #expect(configuration.value.ruler == .day && configuration.value.penalty == 0.01)
    #expect(configuration.clusters.count == .fixed(6) && configuration.clusters.seed == 7)
    #expect(configuration.clusters.features?.map(\.value) == ["recency_days", "orders"])
    #expect(configuration.clusters.scale == .robust)
  }

  @Test func everyIngestKeyIsRead() throws {
    let ingest = try parse(
      """
      ingest:
        customer: Customer ID
        date: Purchase Date
        amount: Total Price
        order: Order
        keep: [Product Type, Channel]
        delimiter: ;
        date-format: DD/MM/YYYY
        decimal: ','
        thousands: '.'
        returns: drop
        where: {Order Status: Completed}
        max-rejects: 0.5%
        rejects: rejects.csv
      """
    ).ingest
    #expect(ingest.customer == "Customer ID" && ingest.date == "Purchase Date")
    #expect(ingest.amount == "Total Price" && ingest.order == "Order")
    #expect(ingest.keep == ["Product Type", "Channel"])
    #expect(ingest.delimiter == 0x3B && ingest.dateFormat == .dayFirst)
    #expect(ingest.decimal == 0x2C && ingest.thousands == 0x2E && ingest.returns == .drop)
    #expect(ingest.filters == [ColumnFilter(column: "Order Status", value: "Completed")])
    #expect(ingest.rejectLimit == .share(0.005) && ingest.rejects == "rejects.csv")
  }

  @Test func attributesExportsAlertsAndDriftAreRead() throws {
    let configuration = try parse(
      """
      customers:
        id: Customer ID
        types: {Age: int, Joined: date}
        keep: [Age, Joined, Loyalty Member]
        rename: {Loyalty Member: loyal}
        empty: clear
      export:
        columns: [customer_id, segment, tags]
        segment: Champions
        file: out.csv
        salesforce:
          object: Contact
          fields: {segment: Segment__c, tags: Tags__c}
      alerts:
        - name: fallen
          when: from = 'Champions' AND clv > 500
          command: ./mail.sh
      drift: {psi: 0.2, quantile-shift: 0.1, on-breach: fail, publish: false}
      """)
    #expect(configuration.customers.id?.value == "Customer ID")
    #expect(configuration.customers.types.map(\.column.value) == ["Age", "Joined"])
    #expect(configuration.customers.types.map(\.type) == [.int, .date])
    #expect(configuration.customers.keep == ["Age", "Joined", "Loyalty Member"])
    #expect(configuration.customers.renames == ["Loyalty Member": "loyal"])
    #expect(configuration.customers.emptyCells == .clear)
    #expect(
      configuration.export.columns?.map(\.value) == ["customer_id", "segment", "tags"])
    #expect(configuration.export.segments.map(\.value) == ["Champions"])
    #expect(configuration.export.file == "out.csv")
    let salesforce = try #require(configuration.export.systems["salesforce"])
    #expect(salesforce["object"]?.text == "Contact")
    #expect(salesforce["fields"]?["tags"]?.text == "Tags__c")
    #expect(salesforce["fields"]?["tags"]?.position == TextPosition(line: 13, column: 41))
    let alert = try #require(configuration.alerts.first)
    #expect(alert.name == "fallen" && alert.command == "./mail.sh")
    #expect(alert.when.text == "from = 'Champions' AND clv > 500")
    #expect(alert.when.expression.columnNames == ["from", "clv"])
    #expect(configuration.drift.psi == 0.2 && configuration.drift.quantileShift == 0.1)
    #expect(configuration.drift.onBreach == .fail && configuration.drift.publishes == false)
  }

  @Test func taxonomiesKeepTheirOrderLabelsAndFreeFields() throws {
    let configuration = try parse(
      """
      taxonomies:
        - name: value
          segments:
            - name: Gold
              label: 金
              when: clv > quantile(clv, 0.9)
              action: call
              owner: Ada
              channel: phone
              colour: '#d4af37'
            - {name: Silver, when: clv > 100}
          otherwise: {name: Rest, label: 其他, action: none}
        - rfm-10
        - extends: rfm-8-zh
          name: zh
          segments:
            - {name: 大客户, when: monetary_total > 100000}
            - {name: 重要价值, label: VIP, owner: Bo}
      tags:
        vip: clv > 500
        big spender: "monetary_total > 10000"
      """)
    #expect(configuration.taxonomies.map(\.name) == ["value", "rfm-10", "zh"])
    let value = configuration.taxonomies[0]
    #expect(value.allSegments.map(\.name) == ["Gold", "Silver", "Rest"])
    #expect(value.allSegments.map(\.label) == ["金", "Silver", "其他"])
    let gold = value.segments[0]
    #expect(
      gold.details
        == Taxonomy.Details(action: "call", owner: "Ada", channel: "phone", colour: "#d4af37"))
    #expect(gold.when == "clv > quantile(clv, 0.9)")
    #expect(configuration.taxonomies[1].plainPreset?.name == "rfm-10")
    let extended = configuration.taxonomies[2]
    #expect(extended.plainPreset == nil && extended.allSegments.count == 10)
    #expect(extended.allSegments.map(\.name).prefix(2) == ["大客户", "重要价值"])
    #expect(extended.allSegments[1].label == "VIP" && extended.allSegments[1].details.owner == "Bo")
    #expect(extended.allSegments[2].label == "key to develop")
    #expect(configuration.tags.map(\.name) == ["vip", "big spender"])
  }

  @Test func anExpressionKnowsWhereEachOfItsLinesStands() throws {
    let configuration = try parse(
      """
      tags:
        plain: clv > 500
        quoted: "orders > 3 AND x"
        folded: >-
          orders > 1
          AND y
        literal: |
            r = 1
            OR z
      """)
    let expected = ["plain": (2, 10), "quoted": (3, 12), "folded": (5, 5), "literal": (8, 7)]
    for tag in configuration.tags {
      let place = try #require(expected[tag.name])
      #expect(
        tag.rule.position(ofByte: 0) == TextPosition(line: place.0, column: place.1), "\(tag.name)")
    }
    let last = ["quoted": (3, 27), "folded": (6, 9), "literal": (9, 10)]
    for tag in configuration.tags {
      guard let place = last[tag.name] else { continue }
      let name = tag.rule.text.utf8.lastIndex { "xyz".utf8.contains($0) }!
      let offset = tag.rule.text.utf8.distance(from: tag.rule.text.startIndex, to: name)
      #expect(
        tag.rule.position(ofByte: offset) == TextPosition(line: place.0, column: place.1),
        "\(tag.name)")
    }
  }
}
