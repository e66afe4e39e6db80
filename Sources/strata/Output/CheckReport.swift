import Classification
import Configuration
import Expressions
import JSONText
import Reports

/// What `check` found in a configuration file.
struct CheckReport {
  let path: String
  var configuration = Configuration()
  var problems: [ConfigurationProblem] = []
  var findings: [LintFinding] = []
  /// Customers that the rules were tried on; nil when the store has none.
  var customers: Int?

  /// Overlaps that the text shows; JSON has them all.
  private static let overlapCountMax = 10

  init(path: String) { self.path = path }

  private func count(_ severity: LintFinding.Severity) -> Int {
    findings.count { $0.severity == severity }
  }

  var text: String {
    var text = problems.map { $0.text(path: path) + "\n" }.joined()
    let overlaps = findings.filter { $0.kind == .overlap }
      .sorted { $0.customers ?? 0 > $1.customers ?? 0 }
    for finding in findings where finding.kind != .overlap { text += line(finding) }
    for finding in overlaps.prefix(CheckReport.overlapCountMax) { text += line(finding) }
    if overlaps.count > CheckReport.overlapCountMax {
      text += "and \(overlaps.count - CheckReport.overlapCountMax) smaller overlaps\n"
    }
    text += "\(path): \(counted(problems.count, "error")), "
    text += "\(counted(count(.warning), "warning")), \(counted(count(.note), "note"))"
    if let customers {
      text += "; rules were tried on \(counted(customers, "customer"))"
    } else if problems.isEmpty {
      text += "; the store has no transactions yet, so that rules were not tried"
    }
    return text + "\n"
  }

  private func line(_ finding: LintFinding) -> String {
    let message = "\(finding.severity.rawValue): \(finding.subject): \(finding.message)"
    return configuration.problem(message, at: finding.position).text(path: path) + "\n"
  }

  private func counted(_ count: Int, _ what: String) -> String {
    "\(groupedText(count)) \(what)\(count == 1 ? "" : "s")"
  }

  var json: JSON {
    let errors = problems.map { problem -> JSON in
      CheckReport.json("error", nil, nil, problem.message, problem.position, nil)
    }
    let others = findings.map { finding -> JSON in
      CheckReport.json(
        finding.severity.rawValue, finding.kind.rawValue, finding.subject, finding.message,
        finding.position, finding.customers)
    }
    return [
      "file": .string(path), "errors": JSON(problems.count), "warnings": JSON(count(.warning)),
      "notes": JSON(count(.note)), "customers": customers.map { JSON($0) } ?? .null,
      "findings": .array(errors + others),
    ]
  }

  private static func json(
    _ severity: String, _ kind: String?, _ subject: String?, _ message: String,
    _ position: TextPosition?, _ customers: Int?
  ) -> JSON {
    [
      "severity": .string(severity), "kind": kind.map { .string($0) } ?? .null,
      "subject": subject.map { .string($0) } ?? .null, "message": .string(message),
      "line": position.map { JSON($0.line) } ?? .null,
      "column": position.map { JSON($0.column) } ?? .null,
      "customers": customers.map { JSON($0) } ?? .null,
    ]
  }
}
