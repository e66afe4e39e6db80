extension ClusteringModel {
  /// The model for people: what was clustered, how well, one line a cluster, and the table `auto` chose from.
  package var text: String {
    var lines = heading
    lines.append("")
    lines += ClusteringModel.table(profileRows)
    if !candidates.isEmpty {
      lines.append("")
      let sample = triedCount.map { ", on a sample of \($0) customers" } ?? ""
      lines.append(
        "\(clusters.count) clusters were chosen by: \(ClusteringModel.criterion)\(sample)")
      lines += ClusteringModel.table(candidateRows)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: [String] {
    var lines = [
      "\(clusters.count) clusters of \(customerCount) customers by "
        + transforms.map(\.name).joined(separator: ", ") + " (scale \(scale.rawValue))",
      "\(method): \(iterationCount) iterations, stopped: \(stop); "
        + "best of \(restartCount) starts, seed \(seed)",
      "inertia \(ClusteringModel.short(measures.inertia)); silhouette "
        + "\(ClusteringModel.fixed(measures.silhouette, 3)) among \(measures.silhouetteSampleCount) "
        + "customers, simplified \(ClusteringModel.fixed(measures.simplifiedSilhouette, 3)); "
        + "Davies–Bouldin \(ClusteringModel.fixed(measures.daviesBouldin, 3)); "
        + "Calinski–Harabasz \(ClusteringModel.fixed(measures.calinskiHarabasz, 0))",
    ]
    for transform in transforms where transform.isConstant {
      lines.append("\(transform.name) is the same for all customers and was not used")
    }
    if leftOutCount > 0 {
      let nulls = transforms.filter { $0.nullCount > 0 }.map { "\($0.name) \($0.nullCount)" }
      lines.append(
        "\(leftOutCount) customers have no cluster, for want of a value: "
          + nulls.joined(separator: ", "))
    }
    if reseedCount > 0 {
      lines.append("an empty cluster was started again \(reseedCount) times")
    }
    switch matching {
    case "matched": lines.append("numbers continue those of the previous model")
    case "incomparable":
      lines.append("the previous model has other features: numbers start afresh")
    default: break
    }
    return lines
  }

  private var profileRows: [[String]] {
    var rows = [["cluster", "customers", "share", "revenue", "mean spend"]]
    rows[0] += transforms.map(\.name) + ["description"]
    for cluster in clusters {
      var row = [
        "\(cluster.number)", "\(cluster.customerCount)",
        ClusteringModel.percent(cluster.customerShare),
        cluster.revenueShare.map(ClusteringModel.percent) ?? "–",
        ClusteringModel.fixed(cluster.meanSpend, 2),
      ]
      row += cluster.means.map { ClusteringModel.short($0) }
      row.append(cluster.summary + (cluster.isNew && matching == "matched" ? " (new)" : ""))
      rows.append(row)
    }
    rows.append(
      ["all", "\(customerCount)", "", "", ""] + transforms.map { ClusteringModel.short($0.mean) }
        + [""])
    return rows
  }

  private var candidateRows: [[String]] {
    [
      [
        "clusters", "inertia", "silhouette", "simplified", "Davies–Bouldin", "Calinski–Harabasz",
        "",
      ]
    ]
      + candidates.map { candidate in
        let measures = candidate.measures
        return [
          "\(candidate.clusterCount)", ClusteringModel.short(measures.inertia),
          ClusteringModel.fixed(measures.silhouette, 3),
          ClusteringModel.fixed(measures.simplifiedSilhouette, 3),
          ClusteringModel.fixed(measures.daviesBouldin, 3),
          ClusteringModel.fixed(measures.calinskiHarabasz, 0),
          candidate.clusterCount == clusters.count ? "← chosen" : "",
        ]
      }
  }

  /// Rows of one length as lines: all but the last column right-aligned, two spaces apart.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == row.count - 1 ? row[column] : padding + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func percent(_ share: Double) -> String { fixed(share * 100, 1) + "%" }

  /// A number to about four digits.
  private static func short(_ value: Double) -> String {
    let magnitude = abs(value)
    if magnitude >= 1e15 || (magnitude < 1e-4 && magnitude > 0) { return value.description }
    return fixed(value, magnitude >= 1_000 ? 0 : magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 4)
  }

  /// So many decimals, half away from zero; a dash for nil.
  private static func fixed(_ value: Double?, _ decimals: Int) -> String {
    guard let value else { return "–" }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = (value * power).rounded()
    guard abs(scaled) < 9e18 else { return value.description }
    let digits = String(Int64(scaled).magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = scaled < 0 ? "-" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
