import Classification
import Configuration
import Ingest
import Testing

@Suite struct ConfigurationTemplateTests {
  private var full: ConfigurationTemplate {
    var template = ConfigurationTemplate()
    template.customer = "Customer ID"
    template.date = "on"
    template.amount = "it's: much"
    template.order = "#"
    template.attributes = ["region", "Loyalty Member"]
    return template
  }

  @Test func theTemplateLoadsAsItIs() throws {
    let plain = try Configuration.parse(ConfigurationTemplate().text, path: "t")
    #expect(plain.taxonomies.map(\.name) == ["rfm-10", "lifecycle"])
    #expect(plain.tags.map(\.name) == ["one-off", "big spender"])
    #expect(plain.ingest == Configuration.Ingest() && plain.value == Configuration.Value())
    let tuned = try Configuration.parse(full.text, path: "t")
    #expect(tuned.ingest.customer == "Customer ID" && tuned.ingest.date == "on")
    #expect(tuned.ingest.amount == "it's: much" && tuned.ingest.order == "#")
  }

  @Test func everySettingThatIsSwitchedOffCanBeSwitchedOn() throws {
    for template in [ConfigurationTemplate(), full] {
      let text = template.text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { line -> String in
          let setting = line.drop { $0 == " " }
          guard setting.first == "#", let next = setting.dropFirst().first, next != " " else {
            return String(line)
          }
          return String(line.prefix { $0 == " " }) + setting.dropFirst()
        }.joined(separator: "\n")
      let configuration = try Configuration.parse(text, path: "t")
      #expect(configuration.taxonomies.map(\.name) == ["rfm-10", "lifecycle", "care", "rfm-mine"])
      #expect(configuration.asOf != nil && configuration.window != nil)
      #expect(configuration.rfm.bins == 5 && configuration.rfm.cuts != nil)
      #expect(configuration.value.horizon != nil && configuration.clusters.count == .auto)
      #expect(configuration.alerts.count == 1 && configuration.drift.publishes == true)
      #expect(configuration.export.file != nil && configuration.customers.types.count == 2)
      #expect(configuration.ingest.filters?.count == 1 && configuration.ingest.returns == .drop)
    }
  }
}
