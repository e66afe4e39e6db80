package import Columns
package import Kernels

/// How many customers have each distinct (x, t_x, T): all that a purchase model is fitted from.
///
/// x is the number of purchase days after the first, t_x the time from the first to the last purchase day, T
/// from the first to the as-of date. Times are held in days whatever the ruler. Customers of one x form a
/// class; within a class the triples rise by T, then t_x. Counts of two histories add up: see `merged(_:)`.
package final class PurchaseHistory: Sendable {
  /// The distinct x, rising; one class each.
  package let frequencies: [Int]
  /// First slot of each class, then the slot count: multiples of eight.
  package let classStarts: [Int]
  /// Distinct triples of each class: the slots past them are padding of weight 0.
  package let classTripleCounts: [Int]
  /// T in days, rising; a slot's `ageIndices` point here. May hold T that no customer has.
  package let ages: [Double]
  /// t_x in days, rising; a slot's `recencyIndices` point here. May hold t_x that no customer has.
  package let recencies: [Double]

  package let ageIndices: AlignedBuffer<UInt32>
  package let recencyIndices: AlignedBuffer<UInt32>
  package let weights: AlignedBuffer<Double>

  /// Σ w of each class.
  package let classWeights: [Double]
  /// Σ w of each T.
  package let ageWeights: [Double]
  /// Σ w x of each T.
  package let agePurchases: [Double]

  /// Takes distinct keys that rise, their weights, and what the keys' ages and recencies stand for.
  init(
    keys: [UInt64], weights keyWeights: [Double], layout: PurchaseKeyLayout, ages: [Double],
    recencies: [Double]
  ) {
    self.ages = ages
    self.recencies = recencies
    let classes = PurchaseHistory.classes(of: keys, layout: layout)
    frequencies = classes.frequencies
    classTripleCounts = classes.tripleCounts
    classStarts = classes.starts
    let slotCount = classes.starts.last!
    let filled = SlotArrays(slotCount: slotCount)
    PurchaseHistory.fill(filled, keys: keys, weights: keyWeights, layout: layout, classes: classes)
    ageIndices = filled.ageIndices
    recencyIndices = filled.recencyIndices
    weights = filled.weights
    let margins = PurchaseHistory.margins(filled, classes: classes, ageCount: ages.count)
    classWeights = margins.classWeights
    ageWeights = margins.ageWeights
    agePurchases = margins.agePurchases
  }

  /// Number of distinct triples.
  package var tripleCount: Int { classTripleCounts.reduce(0, +) }
  /// Number of customers: Σ w.
  package var customerWeight: Double { classWeights.reduce(0, +) }
  /// Repeat purchases: Σ w x.
  package var purchaseWeight: Double {
    zip(frequencies, classWeights).reduce(0) { $0 + Double($1.0) * $1.1 }
  }
  /// The largest T in days that a customer has; 0 without customers.
  package var ageMax: Double {
    ages.indices.last { ageWeights[$0] > 0 }.map { ages[$0] } ?? 0
  }
  /// Time under observation: Σ w T, in days.
  package var exposureDays: Double { zip(ages, ageWeights).reduce(0) { $0 + $1.0 * $1.1 } }

  package var slots: PurchaseSlots {
    PurchaseSlots(
      ageIndices: ageIndices.pointer, recencyIndices: recencyIndices.pointer,
      weights: weights.pointer)
  }

  /// Calls `body` with x, t_x and T in days and the weight of each distinct triple.
  package func forEachTriple(_ body: (Int, Double, Double, Double) -> Void) {
    for (k, frequency) in frequencies.enumerated() {
      for slot in classStarts[k]..<classStarts[k] + classTripleCounts[k] {
        body(
          frequency, recencies[Int(recencyIndices[slot])], ages[Int(ageIndices[slot])],
          weights[slot])
      }
    }
  }
}

/// Slots while they are filled.
struct SlotArrays {
  let ageIndices: AlignedBuffer<UInt32>
  let recencyIndices: AlignedBuffer<UInt32>
  let weights: AlignedBuffer<Double>
  let writableAges: UnsafeMutableBufferPointer<UInt32>
  let writableRecencies: UnsafeMutableBufferPointer<UInt32>
  let writableWeights: UnsafeMutableBufferPointer<Double>

  // SAFETY: the writable pointers are used only before the buffers are handed to anybody else.
  init(slotCount: Int) {
    var pointers:
      (
        UnsafeMutableBufferPointer<UInt32>?, UnsafeMutableBufferPointer<UInt32>?,
        UnsafeMutableBufferPointer<Double>?
      )
    ageIndices = AlignedBuffer(count: slotCount) { pointers.0 = $0 }
    recencyIndices = AlignedBuffer(count: slotCount) { pointers.1 = $0 }
    weights = AlignedBuffer(count: slotCount) { pointers.2 = $0 }
    writableAges = pointers.0!
    writableRecencies = pointers.1!
    writableWeights = pointers.2!
  }
}

struct PurchaseClasses: Sendable {
  var frequencies: [Int] = []
  var tripleCounts: [Int] = []
  /// First key of each class, then the key count.
  var keyStarts: [Int] = []
  /// First slot of each class, then the slot count.
  var starts: [Int] = []
}

extension PurchaseHistory {
  /// Finds the classes in keys that rise, by binary search.
  static func classes(of keys: [UInt64], layout: PurchaseKeyLayout) -> PurchaseClasses {
    var classes = PurchaseClasses()
    var at = 0
    var slot = 0
    while at < keys.count {
      let frequency = layout.frequency(keys[at])
      let end = layout.key(frequency: frequency + 1, age: 0, recency: 0)
      var low = at
      var high = keys.count
      while low < high {
        let middle = (low + high) / 2
        if keys[middle] < end { low = middle + 1 } else { high = middle }
      }
      classes.frequencies.append(frequency)
      classes.tripleCounts.append(low - at)
      classes.keyStarts.append(at)
      classes.starts.append(slot)
      slot += (low - at + 7) / 8 * 8
      at = low
    }
    classes.keyStarts.append(keys.count)
    classes.starts.append(slot)
    return classes
  }

  static func fill(
    _ arrays: SlotArrays, keys: [UInt64], weights: [Double], layout: PurchaseKeyLayout,
    classes: PurchaseClasses
  ) {
    // SAFETY: each task writes the slots of its own class.
    nonisolated(unsafe) let arrays = arrays
    keys.withUnsafeBufferPointer { keys in
      weights.withUnsafeBufferPointer { weights in
        nonisolated(unsafe) let (keys, weights) = (keys, weights)
        Parallel.perform(classes.frequencies.count) { k in
          var slot = classes.starts[k]
          for at in classes.keyStarts[k]..<classes.keyStarts[k + 1] {
            arrays.writableAges[slot] = UInt32(truncatingIfNeeded: layout.age(keys[at]))
            arrays.writableRecencies[slot] = UInt32(truncatingIfNeeded: layout.recency(keys[at]))
            arrays.writableWeights[slot] = weights[at]
            slot += 1
          }
          // Padding repeats the last triple's places, which are sure to be in the tables.
          while slot < classes.starts[k + 1] {
            arrays.writableAges[slot] = arrays.writableAges[slot - 1]
            arrays.writableRecencies[slot] = arrays.writableRecencies[slot - 1]
            arrays.writableWeights[slot] = 0
            slot += 1
          }
        }
      }
    }
  }

  struct Margins {
    var classWeights: [Double]
    var ageWeights: [Double]
    var agePurchases: [Double]
  }

  static func margins(_ arrays: SlotArrays, classes: PurchaseClasses, ageCount: Int) -> Margins {
    let classWeights = classes.frequencies.indices.map { k in
      var sum = 0.0
      for slot in classes.starts[k]..<classes.starts[k + 1] { sum += arrays.writableWeights[slot] }
      return sum
    }
    var ageWeights = [Double](repeating: 0, count: ageCount)
    var agePurchases = [Double](repeating: 0, count: ageCount)
    for (k, frequency) in classes.frequencies.enumerated() {
      for slot in classes.starts[k]..<classes.starts[k + 1] {
        let age = Int(arrays.writableAges[slot])
        let weight = arrays.writableWeights[slot]
        ageWeights[age] += weight
        agePurchases[age] += weight * Double(frequency)
      }
    }
    return Margins(
      classWeights: classWeights, ageWeights: ageWeights, agePurchases: agePurchases)
  }
}
