package import JSONText

extension ClusteringModel {
  /// The model as it stands in a snapshot.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("kind", "k-means"), .init("method", JSON(method)), .init("scale", JSON(scale.rawValue)),
      .init("customers", JSON(customerCount)), .init("leftOut", JSON(leftOutCount)),
      .init("iterations", JSON(iterationCount)), .init("stop", JSON(stop)),
      .init("reseeded", JSON(reseedCount)), .init("seed", JSON(Int(seed))),
      .init("restarts", JSON(restartCount)), .init("matching", JSON(matching)),
      .init("unit", JSON(unit)), .init("measures", measures.json),
      .init("features", .array(transforms.map(\.json))),
      .init("clusters", .array(clusters.map { json($0) })),
    ]
    if !candidates.isEmpty {
      members.append(.init("chosenBy", JSON(ClusteringModel.criterion)))
      if let triedCount { members.append(.init("triedOn", JSON(triedCount))) }
      members.append(
        .init(
          "candidates",
          .array(
            candidates.map {
              .object([
                .init("clusters", JSON($0.clusterCount)), .init("measures", $0.measures.json),
              ])
            })))
    }
    return .object(members)
  }

  private func json(_ cluster: ClusterProfile) -> JSON {
    func named(_ values: [Double]) -> JSON {
      .object(zip(transforms, values).map { JSON.Member($0.name, JSON($1)) })
    }
    return .object([
      .init("number", JSON(cluster.number)), .init("new", JSON(cluster.isNew)),
      .init("summary", JSON(cluster.summary)), .init("customers", JSON(cluster.customerCount)),
      .init("customerShare", JSON(cluster.customerShare)),
      .init("revenueShare", orNull(cluster.revenueShare)),
      .init("meanSpend", orNull(cluster.meanSpend)),
      .init("means", named(cluster.means)), .init("centroid", named(cluster.centroid)),
      .init("coordinates", .array(cluster.coordinates.map { JSON($0) })),
    ])
  }

  /// Reads a model back; throws `ClusteringError.model`, with the path of what is wrong.
  package init(_ json: JSON) throws(ClusteringError) {
    let reader = ModelReader(json, path: "model")
    guard try reader.string("kind") == "k-means" else {
      throw .model(path: "model.kind", reason: "is not k-means")
    }
    guard let scale = ClusterScale(rawValue: try reader.string("scale")) else {
      throw .model(path: "model.scale", reason: "is no scale that is known")
    }
    var transforms: [FeatureTransform] = []
    for feature in try reader.list("features") { transforms.append(try FeatureTransform(feature)) }
    guard (1...16).contains(transforms.count), Set(transforms.map(\.name)).count == transforms.count
    else { throw .model(path: "model.features", reason: "are not 1…16 of distinct names") }
    var clusters: [ClusterProfile] = []
    for cluster in try reader.list("clusters") {
      clusters.append(try ClusterProfile(cluster, transforms: transforms))
    }
    guard (1...ClusteringOptions.clusterCountLimit).contains(clusters.count),
      zip(clusters, clusters.dropFirst()).allSatisfy({ $0.number < $1.number })
    else { throw .model(path: "model.clusters", reason: "are not 1…1024 of rising numbers") }
    var candidates: [Candidate] = []
    if reader.has("candidates") {
      for candidate in try reader.list("candidates") {
        candidates.append(
          Candidate(
            clusterCount: try candidate.count("clusters"),
            measures: try ClusterMeasures(try candidate.object("measures"))))
      }
    }
    self.init(
      scale: scale, transforms: transforms, unit: try reader.positive("unit"), clusters: clusters,
      customerCount: try reader.count("customers"), leftOutCount: try reader.count("leftOut"),
      measures: try ClusterMeasures(try reader.object("measures")),
      method: try reader.string("method"), iterationCount: try reader.count("iterations"),
      stop: try reader.string("stop"), reseedCount: try reader.count("reseeded"),
      seed: UInt64(try reader.count("seed")), restartCount: try reader.count("restarts"),
      candidates: candidates,
      triedCount: reader.has("triedOn") ? try reader.count("triedOn") : nil,
      matching: try reader.string("matching"))
  }
}

extension ClusterProfile {
  fileprivate init(
    _ reader: ModelReader, transforms: [FeatureTransform]
  ) throws(ClusteringError) {
    let number = try reader.count("number")
    guard (1...Int(UInt16.max)).contains(number) else {
      throw .model(path: reader.path + ".number", reason: "is not 1…65535")
    }
    let coordinates = try reader.numbers("coordinates")
    guard coordinates.count == FeatureMatrix.coordinateFeatures(transforms).count,
      coordinates.allSatisfy({ abs($0) <= 1 })
    else {
      throw .model(path: reader.path + ".coordinates", reason: "are not one a feature, in −1…1")
    }
    self.init(
      number: number, isNew: try reader.flag("new"),
      customerCount: try reader.count("customers"),
      customerShare: try reader.number("customerShare"),
      revenueShare: try reader.optionalNumber("revenueShare"),
      meanSpend: try reader.optionalNumber("meanSpend"),
      centroid: try reader.numbers("centroid", named: transforms.map(\.name)),
      coordinates: coordinates,
      means: try reader.numbers("means", named: transforms.map(\.name)),
      summary: try reader.string("summary"))
  }
}

extension FeatureTransform {
  fileprivate var json: JSON {
    .object([
      .init("name", JSON(name)), .init("logarithm", JSON(isLogarithmic)),
      .init("center", JSON(center)), .init("divisor", JSON(divisor)), .init("step", JSON(step)),
      .init("constant", JSON(isConstant)), .init("nulls", JSON(nullCount)),
      .init("mean", JSON(mean)), .init("transformedMean", JSON(transformedMean)),
      .init("transformedDeviation", JSON(transformedDeviation)),
    ])
  }

  fileprivate init(_ reader: ModelReader) throws(ClusteringError) {
    self.init(
      name: try reader.string("name"), isLogarithmic: try reader.flag("logarithm"),
      center: try reader.number("center"), divisor: try reader.positive("divisor"),
      step: try reader.positive("step"), isConstant: try reader.flag("constant"),
      nullCount: try reader.count("nulls"), mean: try reader.number("mean"),
      transformedMean: try reader.number("transformedMean"),
      transformedDeviation: try reader.number("transformedDeviation"))
  }
}

extension ClusterMeasures {
  fileprivate var json: JSON {
    .object([
      .init("inertia", JSON(inertia)), .init("silhouette", orNull(silhouette)),
      .init("silhouetteCustomers", JSON(silhouetteSampleCount)),
      .init("simplifiedSilhouette", orNull(simplifiedSilhouette)),
      .init("daviesBouldin", orNull(daviesBouldin)),
      .init("calinskiHarabasz", orNull(calinskiHarabasz)),
    ])
  }

  fileprivate init(_ reader: ModelReader) throws(ClusteringError) {
    self.init(
      inertia: try reader.number("inertia"), silhouette: try reader.optionalNumber("silhouette"),
      silhouetteSampleCount: try reader.count("silhouetteCustomers"),
      simplifiedSilhouette: try reader.optionalNumber("simplifiedSilhouette"),
      daviesBouldin: try reader.optionalNumber("daviesBouldin"),
      calinskiHarabasz: try reader.optionalNumber("calinskiHarabasz"))
  }
}

/// A number, or null where there is none.
private func orNull(_ value: Double?) -> JSON {
  if let value { JSON(value) } else { .null }
}
