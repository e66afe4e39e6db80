import JSONText

/// Reads members of a JSON object, and says where one is missing or wrong.
struct ModelReader {
  let json: JSON
  /// Where the object stands: `model.clusters[2]`.
  let path: String

  init(_ json: JSON, path: String) {
    self.json = json
    self.path = path
  }

  private func error(_ name: String, _ reason: String) -> ClusteringError {
    .model(path: path + "." + name, reason: reason)
  }

  private func value(_ name: String) throws(ClusteringError) -> JSON {
    guard let value = json[name] else { throw error(name, "is missing") }
    return value
  }

  func has(_ name: String) -> Bool { json[name] != nil }

  func string(_ name: String) throws(ClusteringError) -> String {
    guard let value = try value(name).stringValue else { throw error(name, "is no string") }
    return value
  }

  func flag(_ name: String) throws(ClusteringError) -> Bool {
    guard let value = try value(name).boolValue else { throw error(name, "is not true or false") }
    return value
  }

  func count(_ name: String) throws(ClusteringError) -> Int {
    guard let value = try value(name).intValue, value >= 0 else {
      throw error(name, "is no whole number from 0 up")
    }
    return value
  }

  func number(_ name: String) throws(ClusteringError) -> Double {
    guard let value = try value(name).doubleValue, value.isFinite else {
      throw error(name, "is no number")
    }
    return value
  }

  func positive(_ name: String) throws(ClusteringError) -> Double {
    let value = try number(name)
    guard value > 0 else { throw error(name, "is not above 0") }
    return value
  }

  /// Nil for null.
  func optionalNumber(_ name: String) throws(ClusteringError) -> Double? {
    if try value(name) == .null { return nil }
    return try number(name)
  }

  func numbers(_ name: String) throws(ClusteringError) -> [Double] {
    guard let values = try value(name).arrayValue else { throw error(name, "is no list") }
    var numbers: [Double] = []
    for value in values {
      guard let number = value.doubleValue, number.isFinite else {
        throw error(name, "has an element that is no number")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The members of those names of an object.
  func numbers(_ name: String, named names: [String]) throws(ClusteringError) -> [Double] {
    let reader = try object(name)
    var numbers: [Double] = []
    for name in names { numbers.append(try reader.number(name)) }
    return numbers
  }

  func object(_ name: String) throws(ClusteringError) -> ModelReader {
    ModelReader(try value(name), path: path + "." + name)
  }

  func list(_ name: String) throws(ClusteringError) -> [ModelReader] {
    guard let values = try value(name).arrayValue else { throw error(name, "is no list") }
    return values.enumerated().map { ModelReader($1, path: "\(path).\(name)[\($0)]") }
  }
}
