import Columns
import Kernels

/// The distinct (x, T) and (x, t_x) of a history: what most of a likelihood or a forecast depends on.
final class PurchasePairs: Sendable {
  /// Distinct T of each class as places in the history's `ages`, class after class, rising within one.
  let ageIndices: [UInt32]
  /// First of each class, then the count.
  let ageStarts: [Int]
  /// The same of t_x and `recencies`.
  let recencyIndices: [UInt32]
  let recencyStarts: [Int]
  /// For each slot, the place of its (x, T) and (x, t_x) within its class.
  let slotAgePairs: AlignedBuffer<UInt32>
  let slotRecencyPairs: AlignedBuffer<UInt32>

  init(_ history: PurchaseHistory) {
    let byAge = PurchasePairs.distinct(
      history.ageIndices, history: history, tableCount: history.ages.count)
    let byRecency = PurchasePairs.distinct(
      history.recencyIndices, history: history, tableCount: history.recencies.count)
    (ageIndices, ageStarts, slotAgePairs) = byAge
    (recencyIndices, recencyStarts, slotRecencyPairs) = byRecency
  }

  /// Marks the table places that a class uses, then numbers them in rising order.
  private static func distinct(
    _ indices: AlignedBuffer<UInt32>, history: PurchaseHistory, tableCount: Int
  ) -> (places: [UInt32], starts: [Int], slotPairs: AlignedBuffer<UInt32>) {
    let classCount = history.frequencies.count
    let source = indices.pointer
    let starts = history.classStarts
    var found: [[UInt32]] = Array(repeating: [], count: classCount)
    let slotPairs = AlignedBuffer<UInt32>(count: indices.count) { target in
      // SAFETY: each task writes its own class's element and slots.
      nonisolated(unsafe) let (source, target) = (source, target)
      found.withUnsafeMutableBufferPointer { found in
        nonisolated(unsafe) let found = found
        Parallel.perform(classCount) { k in
          let slots = starts[k]..<starts[k + 1]
          found[k] = number(slots, source, target, tableCount: tableCount)
        }
      }
    }
    var pairStarts = [0]
    for places in found { pairStarts.append(pairStarts.last! + places.count) }
    return (found.flatMap { $0 }, pairStarts, slotPairs)
  }

  private static func number(
    _ slots: Range<Int>, _ source: UnsafeBufferPointer<UInt32>,
    _ target: UnsafeMutableBufferPointer<UInt32>, tableCount: Int
  ) -> [UInt32] {
    var places: [UInt32] = []
    if slots.count < tableCount / 64 {
      // A small class against a large table: sort its own places instead of marking the table.
      places = slots.map { source[$0] }.sorted()
      var kept = 0
      for place in places where kept == 0 || places[kept - 1] != place {
        places[kept] = place
        kept += 1
      }
      places.removeLast(places.count - kept)
      for slot in slots {
        target[slot] = UInt32(lowerBound(of: source[slot], in: places))
      }
      return places
    }
    var numbers = [UInt32](repeating: .max, count: tableCount)
    for slot in slots { numbers[Int(source[slot])] = 0 }
    for place in numbers.indices where numbers[place] == 0 {
      numbers[place] = UInt32(places.count)
      places.append(UInt32(place))
    }
    for slot in slots { target[slot] = numbers[Int(source[slot])] }
    return places
  }

  static func lowerBound(of value: UInt32, in places: some RandomAccessCollection<UInt32>) -> Int {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      let place = places[places.index(places.startIndex, offsetBy: middle)]
      if place < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
