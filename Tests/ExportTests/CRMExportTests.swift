import Columns
import Foundation
import Testing

@testable import Export

/// The bulk form of every system, byte for byte.
@Suite struct CRMExportTests {
  private let frame = Frame(
    rowCount: 4,
    columns: [
      Column("customer_id", .text(StringTable(["c1", "c,2", "c\"3", "客4"]))),
      Column(
        "segment",
        .string(.uint8(AlignedBuffer([0, 1, 0, 0])), StringTable(["Champions", "At \"Risk\""]))),
      Column(
        "tags", .string(.uint8(AlignedBuffer([0, 1, 0, 2])), StringTable(["vip;web", "", "a"]))),
      Column("orders", .int32(AlignedBuffer([3, 1, 2, 9]))),
      Column("monetary_total", .money(AlignedBuffer([123_000, -5, 0, 10_000]))),
      Column(
        "last_purchase", .day(AlignedBuffer([20_000, 0, 20_001, 1])),
        validity: Bitmap([true, false, true, true])),
      Column(
        "clv", .float32(AlignedBuffer([1.5, 0, 0.1, 2])),
        validity: Bitmap([true, true, true, false])),
      Column(
        "crm_id", .string(.uint8(AlignedBuffer([0, 1, 2, 0])), StringTable(["x1", "x2", ""])),
        validity: Bitmap([true, true, true, true])),
    ])

  private func mapping(
    _ system: CRMSystem, id: String = "customer_id", _ columns: [String], updates: Bool = false
  ) -> CRMMapping {
    CRMMapping(
      id: .init(column: id, field: system.defaultIDField(id)),
      fields: columns.map { .init(column: $0, field: system.defaultField($0)) },
      application: "app1", form: "form1", updatesExisting: updates)
  }

  /// The text of every part.
  private func export(
    _ system: CRMSystem, _ mapping: CRMMapping, frame: Frame? = nil, selection: Bitmap? = nil
  ) throws -> (parts: [CRMExport.Part], contents: [Data]) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strata-crm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let export = try CRMExport(
      frame ?? self.frame, for: system, mapping: mapping, selection: selection)
    let parts = try export.write(to: folder.path + "/out")
    let contents = try parts.map { try Data(contentsOf: URL(fileURLWithPath: $0.path)) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == parts.map { String($0.path.dropFirst(folder.path.count + 1)) })
    return (parts, contents)
  }

  private func text(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

  @Test func salesforce() throws {
    let (parts, contents) = try export(
      .salesforce,
      mapping(.salesforce, ["segment", "tags", "monetary_total", "last_purchase", "clv"]))
    #expect(parts.map(\.recordCount) == [4])
    #expect(
      text(contents[0]) == """
        Customer_Id__c,Segment__c,Tags__c,Monetary_Total__c,Last_Purchase__c,Clv__c
        c1,Champions,vip;web,12.30,2024-10-04,1.5
        "c,2","At ""Risk""\",#N/A,-0.0005,#N/A,0.0
        "c""3",Champions,vip;web,0.00,2024-10-05,0.1
        客4,Champions,a,1.00,1970-01-02,#N/A

        """)
  }

  @Test func hubspot() throws {
    let (parts, contents) = try export(
      .hubspot, mapping(.hubspot, ["segment", "tags", "orders", "last_purchase", "clv"]),
      selection: Bitmap([true, true, false, false]))
    #expect(parts.map(\.callCount) == [1])
    #expect(
      text(contents[0])
        == #"{"inputs":[{"idProperty":"customer_id","id":"c1","properties":{"segment":"Champions","#
        + #""tags":"vip;web","orders":"3","last_purchase":"2024-10-04","clv":"1.5"}},"#
        + #"{"idProperty":"customer_id","id":"c,2","properties":{"segment":"At \"Risk\"","tags":"","#
        + #""orders":"1","last_purchase":"","clv":"0.0"}}]}"# + "\n")
  }

  @Test func zoho() throws {
    let (_, contents) = try export(.zoho, mapping(.zoho, ["segment", "clv"]))
    let csv =
      "Customer_Id,Segment,Clv\nc1,Champions,1.5\n\"c,2\",\"At \"\"Risk\"\"\",0.0\n"
      + "\"c\"\"3\",Champions,0.1\n客4,Champions,\n"
    let zip = contents[0]
    #expect(zip.prefix(4) == Data([0x50, 0x4B, 3, 4]))
    #expect(zip.dropFirst(30).prefix(11) == Data("records.csv".utf8))
    #expect(zip.dropFirst(41).prefix(csv.utf8.count) == Data(csv.utf8))
    // Local header 30 + 11, content, directory 46 + 11, end 22.
    #expect(zip.count == 41 + csv.utf8.count + 57 + 22)
    // What Python's zipfile says of these bytes, so that another program reads them.
    let check = Process()
    check.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strata-\(UUID().uuidString).zip")
    try zip.write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    check.arguments = [
      "python3", "-c",
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; "
        + "assert z.namelist()==['records.csv']; sys.stdout.buffer.write(z.read('records.csv'))",
      path.path,
    ]
    let pipe = Pipe()
    check.standardOutput = pipe
    try check.run()
    let read = pipe.fileHandleForReading.readDataToEndOfFile()
    check.waitUntilExit()
    if check.terminationStatus != 127 {
      #expect(check.terminationStatus == 0)
      #expect(read == Data(csv.utf8))
    }
  }

  @Test func theChecksumIsThatOfTheStandard() {
    let bytes = Array("123456789".utf8)
    #expect(bytes.withUnsafeBytes { CRC32.of($0) } == 0xCBF4_3926)
    #expect([UInt8]().withUnsafeBytes { CRC32.of($0) } == 0)
  }

  @Test func jiandaoyun() throws {
    let (_, contents) = try export(
      .jiandaoyun, mapping(.jiandaoyun, ["segment", "tags", "orders", "last_purchase"]),
      selection: Bitmap([true, true, false, false]))
    #expect(
      text(contents[0])
        == #"{"app_id":"app1","entry_id":"form1","data_list":[{"customer_id":{"value":"c1"},"#
        + #""segment":{"value":"Champions"},"tags":{"value":["vip","web"]},"orders":{"value":3},"#
        + #""last_purchase":{"value":"2024-10-04T00:00:00.000Z"}},{"customer_id":{"value":"c,2"},"#
        + #""segment":{"value":"At \"Risk\""},"tags":{"value":[]},"orders":{"value":1},"#
        + #""last_purchase":{"value":null}}]}"# + "\n")
  }

  @Test func jiandaoyunRelabelsRecordsOfTheSameNewValueTogether() throws {
    let mapping = mapping(.jiandaoyun, id: "crm_id", ["segment"], updates: true)
    let frame = self.frame
    let export = try CRMExport(frame, for: .jiandaoyun, mapping: mapping)
    // The third customer has no id there, the fourth has the first one's.
    #expect(export.rowsWithoutID == 1)
    let (parts, contents) = try self.export(.jiandaoyun, mapping)
    #expect(parts[0].callCount == 2)
    #expect(
      text(contents[0])
        == #"{"app_id":"app1","entry_id":"form1","data_ids":["x1","x1"],"#
        + #""data":{"segment":{"value":"Champions"}}}"# + "\n"
        + #"{"app_id":"app1","entry_id":"form1","data_ids":["x2"],"#
        + #""data":{"segment":{"value":"At \"Risk\""}}}"# + "\n")
  }

  @Test func fxiaoke() throws {
    let (parts, contents) = try export(
      .fxiaoke, mapping(.fxiaoke, id: "crm_id", ["segment", "tags", "last_purchase", "clv"]),
      selection: Bitmap([true, true, false, false]))
    #expect(parts[0].callCount == 2)
    #expect(
      text(contents[0])
        == #"{"triggerWorkFlow":false,"data":{"object_data":{"dataObjectApiName":"AccountObj","#
        + #""_id":"x1","segment__c":"Champions","tags__c":["vip","web"],"#
        + #""last_purchase__c":1728000000000,"clv__c":1.5}}}"# + "\n"
        + #"{"triggerWorkFlow":false,"data":{"object_data":{"dataObjectApiName":"AccountObj","#
        + #""_id":"x2","segment__c":"At \"Risk\"","tags__c":[],"last_purchase__c":null,"#
        + #""clv__c":0.0}}}"# + "\n")
  }

  @Test func partsKeepWithinTheLimits() throws {
    let count = 25_001
    let big = Frame(
      rowCount: count,
      columns: [
        Column("customer_id", .text(StringTable((0..<count).map { "c\($0)" }))),
        Column("orders", .int32(AlignedBuffer((0..<count).map { Int32($0) }))),
      ])
    let (zoho, _) = try export(.zoho, mapping(.zoho, ["orders"]), frame: big)
    #expect(zoho.map(\.recordCount) == [25_000, 1])
    #expect(zoho[1].path.hasSuffix("/out-002.zip"))
    let (hubspot, contents) = try export(
      .hubspot, mapping(.hubspot, ["orders"]), frame: big,
      selection: Bitmap(count: count) { $0 < 201 })
    #expect(hubspot[0].callCount == 3)
    let lines = text(contents[0]).split(separator: "\n")
    #expect(lines.map { $0.components(separatedBy: "idProperty").count - 1 } == [100, 100, 1])
    var export = try CRMExport(
      big, for: .salesforce, mapping: mapping(.salesforce, ["orders"]),
      selection: Bitmap(count: count) { $0 < 40 })
    #expect(export.partByteCountMax == 100_000_000)
    // A header of 25 bytes and lines of 5, and of 7 from c10 on: 10 and 8 lines, then 10 each.
    export.partByteCountMax = 100
    let stem = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strata-crm-\(UUID().uuidString)"
    ).path
    let parts = try export.write(to: stem)
    for part in parts {
      #expect(part.byteCount <= 100)
      let text = try String(contentsOfFile: part.path, encoding: .utf8)
      #expect(text.hasPrefix("Customer_Id__c,Orders__c\nc"))
      #expect(text.utf8.count == part.byteCount)
      try FileManager.default.removeItem(atPath: part.path)
    }
    #expect(parts.map(\.recordCount) == [13, 10, 10, 7])
  }

  @Test func aShorterExportLeavesNoPartsOfALongerOne() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strata-crm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["out-001.csv", "out-002.csv", "out-003.csv", "out-005.csv"] {
      try Data("old".utf8).write(to: folder.appendingPathComponent(name))
    }
    let mapping = mapping(.salesforce, ["segment"])
    _ = try CRMExport(frame, for: .salesforce, mapping: mapping).write(to: folder.path + "/out.csv")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["out-001.csv", "out-005.csv"])
    let none = try CRMExport(
      frame, for: .salesforce, mapping: mapping, selection: Bitmap(repeating: false, count: 4))
    #expect(try none.write(to: folder.path + "/out").isEmpty)
    #expect(throws: ExportError.self) {
      try CRMExport(frame, for: .salesforce, mapping: mapping).write(to: "/nonexistent/x/out")
    }
  }

  @Test func aMappingThatTheSystemWouldRefuseIsRefused() {
    func refused(_ system: CRMSystem, _ mapping: CRMMapping) -> Bool {
      do throws(ExportError) {
        _ = try CRMExport(frame, for: system, mapping: mapping)
        return false
      } catch { return true }
    }
    #expect(refused(.zoho, mapping(.zoho, [])))
    #expect(refused(.hubspot, mapping(.hubspot, ["segment", "segment"])))
    #expect(refused(.hubspot, mapping(.hubspot, ["nothing"])))
    let id = CRMMapping.Field(column: "customer_id", field: "id")
    let field = CRMMapping.Field(column: "segment", field: "a,b")
    #expect(refused(.salesforce, CRMMapping(id: id, fields: [field])))
    #expect(
      refused(
        .jiandaoyun, CRMMapping(id: id, fields: [.init(column: "segment", field: "s")])))
  }
}
