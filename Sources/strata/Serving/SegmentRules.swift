import Classification
import Columns
import Expressions
import JSONText
import QueryProtocol

/// Why an unseen customer's segment is not known.
struct NotScored: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The rules of a snapshot's primary taxonomy, in order, for customers who are in no snapshot.
///
/// What a rule asks of the whole base (`quantile`, `rank`), of attributes or of tags is not known of an unseen
/// customer: then the segment is not known either, and the error says which rule asked for what.
struct SegmentRules: Sendable {
  private let rules: [(segment: String, expression: Expression)]
  /// The segment of customers whom no rule takes; nil where a preset takes them.
  private let otherwise: String?
  /// The preset that takes customers whom no rule takes.
  let presetName: String?

  var isEmpty: Bool { rules.isEmpty }

  /// Reads a snapshot's record; nil without a taxonomy. Throws when a rule does not read.
  init?(_ record: JSON) throws {
    guard let taxonomy = record["taxonomies"]?.arrayValue?.first ?? record["taxonomy"],
      let segments = taxonomy["segments"]?.arrayValue
    else { return nil }
    otherwise = taxonomy["otherwise"]?.stringValue
    presetName =
      otherwise == nil
      ? taxonomy["extends"]?.stringValue ?? taxonomy["name"]?.stringValue : nil
    var ownCount = 1
    if let presetName {
      // A preset's segments stand last, the prospects' behind them.
      ownCount = SegmentPreset(named: presetName).map { $0.segments.count + 1 } ?? segments.count
    }
    rules = try segments.dropLast(ownCount).compactMap { segment in
      guard let name = segment["name"]?.stringValue, let when = segment["when"]?.stringValue
      else { return nil }
      return (name, try Expression.parse(when))
    }
  }

  /// The segment of the first rule that is true of a frame's one row, else of the remainder; nil where a preset
  /// decides.
  func segment(of row: Frame) throws -> String? {
    let source = QuerySource(frame: row)
    for (segment, expression) in rules {
      do {
        if try source.bind(expression).bitmap()[0] { return segment }
      } catch {
        throw NotScored("the rule of \(segment): \(error)")
      }
    }
    return otherwise
  }
}
